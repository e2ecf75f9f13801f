#!/usr/bin/env python3
"""A customer's mail program, as far as tests need one.

    mailer.py write RELAY FROM TO SUBJECT TEXT            a new mail
    mailer.py reply RELAY FROM FILE TEXT [OPTION...]      an answer to that mail, quoted

Options of an answer: subject=TEXT (what the person put there), prefix=回复： (what the
program puts before), plain (a program that drops In-Reply-To and References), auto (a
vacation notice).  Prints the Message-ID.
"""
import email.message
import email.parser
import email.policy
import email.utils
import smtplib
import sys

program, command, relay, sender = sys.argv[0], sys.argv[1], sys.argv[2], sys.argv[3]
# Encoded words for every text that is not ASCII, as mail programs write it.
policy = email.policy.SMTP.clone(max_line_length=76)
mail = email.message.EmailMessage(policy=policy)
mail["From"] = sender
mail["Date"] = email.utils.formatdate(localtime=True)
mail["Message-ID"] = email.utils.make_msgid(domain=email.utils.parseaddr(sender)[1].split("@")[1])


def quoted(text):
    return "\n".join("> " + line for line in text.splitlines())


if command == "write":
    mail["To"], mail["Subject"] = sys.argv[4], sys.argv[5]
    mail.set_content(sys.argv[6])
else:
    with open(sys.argv[4], "rb") as f:
        old = email.parser.BytesParser(policy=email.policy.default).parse(f)
    options = dict(o.split("=", 1) if "=" in o else (o, "") for o in sys.argv[6:])
    subject = str(old["Subject"])
    prefix = options.get("prefix", "Re: ")
    if not subject.lower().startswith(prefix.lower()):
        subject = prefix + subject
    mail["To"] = str(old["Reply-To"] or old["From"])
    mail["Subject"] = options.get("subject", subject)
    if "plain" not in options:
        mail["In-Reply-To"] = str(old["Message-ID"])
        mail["References"] = (str(old["References"] or "") + " " + str(old["Message-ID"])).strip()
    if "auto" in options:
        mail["Auto-Submitted"] = "auto-replied"
    said = old.get_body(("plain",)).get_content()
    mail.set_content("%s\n\nOn a day in autumn, the shop wrote:\n%s\n" % (sys.argv[5], quoted(said)))

to = email.utils.parseaddr(str(mail["To"]))[1]
host, port = relay.split(":")
with smtplib.SMTP(host, int(port), timeout=20) as s:
    s.send_message(mail, email.utils.parseaddr(sender)[1], [to])
print(mail["Message-ID"])
