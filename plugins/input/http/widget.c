/*
 * widget.c - the script of `<script src="https://shop.example/feedback/widget.js" async>`.
 *
 * It adds a button to the page; the first click opens a panel with the form in a frame.
 * A frame keeps the page's styles out of the form and the form's text out of the page;
 * which pages may hold it is said by the form's own frame-ancestors, from the option
 * `cors`.  The script sets styles by properties only, which a page's policy against
 * inline styles lets pass, and needs no library and no newer language than ES5.
 *
 * Attributes of the script's tag: data-lang ("zh", "en"; default: the page's, else the
 * browser's), data-text (on the button), data-color.
 */
#include "widget.h"

#include "input.h"

#include <heard/http.h>
#include <page/page.h>

static const char script[] =
	"(function () {\n"
	"  'use strict';\n"
	"  var me = document.currentScript || "
	"document.querySelector('script[src*=\"/widget.js\"]');\n"
	"  if (!me || me.heard) return;\n"
	"  me.heard = true;\n"
	"  var base = me.src.replace(/\\/widget\\.js([?#].*)?$/, '');\n"
	"  var lang = me.getAttribute('data-lang') || document.documentElement.lang ||\n"
	"    navigator.language || 'en';\n"
	"  lang = /^zh/i.test(lang) ? 'zh' : 'en';\n"
	"  var words = { zh: ['\\u610f\\u89c1\\u53cd\\u9988', '\\u5173\\u95ed'],\n"
	"    en: ['Feedback', 'Close'] }[lang];\n"
	"  var font = '600 15px/1.2 -apple-system,BlinkMacSystemFont,\"Segoe UI\",Roboto,' +\n"
	"    '\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif';\n"
	"  function style(e, rules) { for (var k in rules) e.style[k] = rules[k]; }\n"
	"  function make(tag, rules) {\n"
	"    var e = document.createElement(tag);\n"
	"    style(e, rules);\n"
	"    return e;\n"
	"  }\n"
	"  var button = make('button', { position: 'fixed', right: '20px', bottom: '20px',\n"
	"    zIndex: '2147483000', font: font, color: '#fff', border: '0', cursor: 'pointer',\n"
	"    background: me.getAttribute('data-color') || '#0b62d6', borderRadius: '999px',\n"
	"    padding: '14px 22px', boxShadow: '0 4px 16px rgba(20,30,50,.28)' });\n"
	"  button.type = 'button';\n"
	"  button.textContent = me.getAttribute('data-text') || words[0];\n"
	"  button.setAttribute('aria-expanded', 'false');\n"
	"  var panel = null, shut = null;\n"
	"  function fit() {\n"
	"    var small = window.innerWidth < 520;\n"
	"    style(panel, { right: small ? '0' : '20px', bottom: small ? '0' : '84px',\n"
	"      width: small ? '100%' : '400px', borderRadius: small ? '0' : '14px',\n"
	"      height: small ? '100%' : 'min(640px, calc(100vh - 110px))' });\n"
	"  }\n"
	"  function build() {\n"
	"    panel = make('div', { position: 'fixed', zIndex: '2147483001', overflow: "
	"'hidden',\n"
	"      background: '#fff', boxShadow: '0 12px 48px rgba(20,30,50,.32)' });\n"
	"    panel.setAttribute('role', 'dialog');\n"
	"    panel.setAttribute('aria-label', button.textContent);\n"
	"    var frame = make('iframe', { border: '0', width: '100%', height: '100%',\n"
	"      display: 'block' });\n"
	"    frame.title = button.textContent;\n"
	"    frame.src = base + '?embed=1&lang=' + lang;\n"
	"    shut = make('button', { position: 'absolute', top: '8px', right: '8px', width: "
	"'36px',\n"
	"      height: '36px', border: '0', borderRadius: '50%', background: "
	"'rgba(20,30,50,.62)',\n"
	"      color: '#fff', font: '20px/36px sans-serif', padding: '0', cursor: 'pointer' "
	"});\n"
	"    shut.type = 'button';\n"
	"    shut.textContent = '\\u00d7';\n"
	"    shut.setAttribute('aria-label', words[1]);\n"
	"    shut.onclick = function () { show(false); };\n"
	"    panel.appendChild(frame);\n"
	"    panel.appendChild(shut);\n"
	"    document.body.appendChild(panel);\n"
	"    window.addEventListener('resize', fit);\n"
	"    document.addEventListener('keydown', function (e) {\n"
	"      if (e.key === 'Escape' && panel.style.display !== 'none') show(false);\n"
	"    });\n"
	"  }\n"
	"  function show(open) {\n"
	"    if (!panel) build();\n"
	"    fit();\n"
	"    panel.style.display = open ? 'block' : 'none';\n"
	"    button.setAttribute('aria-expanded', String(open));\n"
	"    (open ? shut : button).focus();\n"
	"  }\n"
	"  button.onclick = function () { show(!panel || panel.style.display === 'none'); };\n"
	"  function start() { document.body.appendChild(button); }\n"
	"  if (document.body) start(); else document.addEventListener('DOMContentLoaded', "
	"start);\n"
	"})();\n";

void widget_handle(void *http, struct heard_http *take)
{
	(void)http;
	page_headers(take, NULL, false);
	heard_http_set_header(take, "Cross-Origin-Resource-Policy", "cross-origin");
	heard_http_reply(take, 200, "text/javascript; charset=utf-8",
			 heard_str_n(script, sizeof(script) - 1));
}
