"""A marketplace's export of reviews, for tests: reviews.py csv|xlsx ROWS FILE [WORD]

Each row has an order number of its own (WORD and its number), each tenth a follow-up,
and each 10,000th a fault.  The CSV is in GBK with CRLF, quotes and line ends inside of
fields; the XLSX has shared and inline strings, dates by style and a number.
"""
import sys
import zipfile
from xml.sax.saxutils import escape

HEAD = ["订单编号", "买家昵称", "商品名称", "评价内容", "评价等级", "评价时间", "追评内容", "数量"]
WORDS = ["好评", "中评", "差评"]
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def rows(n, word):
    for i in range(1, n + 1):
        body = f'第{i}条评价：用着"还行",就是\n充电有点慢' if i % 3 else f"包装完好，第{i}次购买"
        rating = "说不清" if i % 10000 == 5000 else WORDS[i % 3]
        followup = f"用了{i % 90 + 1}天，不能充电了" if i % 10 == 0 else ""
        yield [f"{word}{i:07d}", f"买家{i % 977}", f"充电宝 {i % 13}", body, rating, i, followup, i % 5 + 1]


def when(i):
    return f"2026/{i % 9 + 1}/{i % 28 + 1} {i % 24}:{i % 60:02d}"


def quoted(field):
    return '"' + field.replace('"', '""') + '"' if any(c in field for c in ',"\n') else field


def write_csv(path, n, word):
    with open(path, "w", encoding="gbk", newline="") as f:
        f.write(",".join(HEAD) + "\r\n")
        for row in rows(n, word):
            row[5] = "昨天" if row[5] % 10000 == 0 else when(row[5])
            f.write(",".join(quoted(str(c)) for c in row) + "\r\n")


def cell(ref, value, strings):
    if value == "":
        return ""
    if isinstance(value, float):
        return f'<c r="{ref}" s="1"><v>{value}</v></c>'
    if isinstance(value, int):
        return f'<c r="{ref}"><v>{value}</v></c>'
    if strings is None:
        return f'<c r="{ref}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{ref}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'


def write_sheet(f, n, word, strings):
    f.write(b"<worksheet><sheetData>")
    f.write(('<row r="1">' + "".join(cell(f"{chr(65 + k)}1", h, strings) for k, h in enumerate(HEAD)) + "</row>").encode())
    for i, row in enumerate(rows(n, word), 2):
        row[5] = "昨天" if row[5] % 10000 == 0 else 46023.0 + row[5] / 1000
        cells = [cell(f"{chr(65 + k)}{i}", c, None if k == 6 else strings) for k, c in enumerate(row)]
        f.write(f'<row r="{i}">{"".join(cells)}</row>'.encode())
    f.write(b"</sheetData></worksheet>")


def write_xlsx(path, n, word):
    strings = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("_rels/.rels", f'<Relationships><Relationship Id="a" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        z.writestr("xl/workbook.xml", f'<workbook xmlns:r="{RELATION}"><sheets><sheet name="评价" sheetId="1" r:id="r1"/></sheets></workbook>')
        z.writestr("xl/_rels/workbook.xml.rels", "<Relationships>" + "".join(
            f'<Relationship Id="{i}" Type="{RELATION}/{t}" Target="{p}"/>' for i, t, p in
            [("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "styles", "styles.xml"), ("r3", "sharedStrings", "/xl/sharedStrings.xml")]) + "</Relationships>")
        z.writestr("xl/styles.xml", '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>')
        with z.open("xl/worksheets/sheet1.xml", "w") as f:
            write_sheet(f, n, word, strings)
        with z.open("xl/sharedStrings.xml", "w") as f:
            f.write(b"<sst>" + "".join(f"<si><t>{escape(s)}</t></si>" for s in strings).encode() + b"</sst>")


if __name__ == "__main__":
    kind, count, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    {"csv": write_csv, "xlsx": write_xlsx}[kind](path, count, sys.argv[4] if len(sys.argv) > 4 else "A")
