"""What a printer and a page get of a receipt, and that no name does either harm."""

import base64
import re
import zlib
from pathlib import Path

import pytest
import reportlab
import segno
from escpos.printer import Dummy  # pyright: ignore[reportMissingTypeStubs]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.ttfonts import TTFError

from edge.till.receipts.escpos_printing import DRAWER_PULSE, printed
from edge.till.receipts.layout import WIDTHS, Columns, Receipt, ReceiptLine, receipt_of
from edge.till.receipts.pdf_printing import LINES_MAX, page_of
from edge.till.receipts.proofs import read_proof
from edge.till.receipts.sales import ProvenSale, proven_sale
from tests.unit.edge.journal.tills import KEY
from tests.unit.edge.till.receipts.sales import terms, told_of

READERS_POINTS_MAX = 14_400

HARM = "\x1b@\x1d(k\x03\x00\x00\x10\x14\x01 \x1b[2J <script>alert(1)</script> ) Tj (\\ \u202e"

COMMANDS = re.compile(
    rb"\x1b@|\x1bt.|\x1bE[\x00\x01]|\x1ba[\x00\x01\x02]|\x1bd.|\x1dV.|\x1bM.|\x1b-.|\x1d!.|\x1b!.|\n",
    re.DOTALL,
)


def read_paper(sent: bytes) -> tuple[list[str], str]:
    """Lines and QR code of what a printer is sent; fails at a command that a receipt has no use
    for."""
    text, code = b"", ""
    while sent:
        if sent.startswith(b"\x1d(k"):
            length = int.from_bytes(sent[3:5], "little")
            if sent[6] == 80:
                code = sent[8 : 5 + length].decode()
            sent = sent[5 + length :]
            continue
        found = COMMANDS.match(sent)
        step = found.end() if found else 1
        assert found or sent[0] >= 0x20, f"a name has become a command: {sent[:8]!r}"
        text += b"\n" if sent[:1] == b"\n" else b"" if found else sent[:1]
        sent = sent[step:]
    return text.decode("cp437").split("\n"), code


def drawn(page: bytes) -> bytes:
    """What the page draws, unpacked; fonts that it brings along are packed in another way."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", page, re.DOTALL)
    packed = (
        base64.a85decode(b"<~" + each.strip(), adobe=True)
        for each in streams
        if each.strip().endswith(b"~>")
    )
    return b"".join(map(zlib.decompress, packed))


@pytest.fixture
def sold(tmp_path: Path) -> ProvenSale:
    return proven_sale(told_of(tmp_path))


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_paper_has_the_receipts_lines(sold: ProvenSale, columns: Columns) -> None:
    receipt = receipt_of(sold, terms(columns, apples="Apples"), is_copy=True)
    lines, _ = read_paper(printed(receipt))
    told = [line.text for line in (*receipt.lines, *receipt.ending)]
    assert [line for line in lines if line] == told


def test_the_printed_code_is_proven_by_the_public_key(sold: ProvenSale) -> None:
    _, code = read_paper(printed(receipt_of(sold, terms())))
    assert read_proof(code).holds(KEY.public_key())


def test_letters_come_in_a_code_page_that_has_them(sold: ProvenSale) -> None:
    assert "Чай".encode("cp866") in printed(receipt_of(sold, terms(tea="Чай", apples="x")))
    sent = printed(receipt_of(sold, terms(tea="Grün")))
    assert b"Gr\x81n" in sent, "ü is 81 in the code page that a printer starts with"


def test_what_no_code_page_has_keeps_its_columns(sold: ProvenSale) -> None:
    lines, _ = read_paper(printed(receipt_of(sold, terms(tea="日本茶", apples="A\u030cb"))))
    goods = [line for line in lines if line.endswith("6.00")]
    assert goods == ["??????" + "6.00".rjust(36)]


def test_a_chinese_printer_gets_chinese(sold: ProvenSale) -> None:
    sent = printed(receipt_of(sold, terms(tea="龙井茶")), is_chinese=True)
    assert "龙井茶".encode("gb18030") in sent
    assert b"\x1bt" not in sent, "it has no code pages"


def test_the_commands_are_those_of_python_escpos(sold: ProvenSale) -> None:
    receipt = receipt_of(sold, terms(), is_copy=True)
    sent = printed(receipt)
    theirs = Dummy(profile="TM-T20II")
    theirs.hw("INIT")
    assert sent.startswith(theirs.output)
    for command in (
        lambda: theirs.qr(receipt.qr, size=4, native=True),
        lambda: theirs.set(bold=True),
        lambda: theirs.set(bold=False),
        lambda: theirs.set(align="center"),
        lambda: theirs.cut(),
    ):
        theirs.clear()
        command()
        assert theirs.output in sent
    theirs.clear()
    theirs.cashdraw(2)
    assert theirs.output == DRAWER_PULSE


def test_each_code_page_has_the_number_that_python_escpos_knows() -> None:
    known = Dummy(profile="TM-T20II").profile.get_code_pages()
    names = {"iso8859_7": "ISO_8859-7"}
    sent = {sign: printed(_one_line(sign)) for sign in "€Жłά"}
    for sign, page in (("€", "cp858"), ("Ж", "cp866"), ("ł", "cp852"), ("ά", "iso8859_7")):
        number = int(known[names.get(page, page.upper())])
        assert b"\x1bt" + bytes([number]) + sign.encode(page) in sent[sign]


def _one_line(text: str) -> Receipt:
    return Receipt("1", 42, (ReceiptLine(text),), "", ())


def test_a_name_is_no_command(sold: ProvenSale) -> None:
    lines, code = read_paper(printed(receipt_of(sold, terms(tea=HARM, apples="x"))))
    assert any("<script>alert(1)" in line for line in lines)
    assert read_proof(code).holds(KEY.public_key())


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(max_size=80))
def test_no_name_steers_a_printer_or_breaks_a_page(sold: ProvenSale, name: str) -> None:
    receipt = receipt_of(sold, terms(tea=name, apples=name[::-1]))
    _, code = read_paper(printed(receipt))
    assert code == receipt.qr
    assert page_of(receipt).endswith(b"%%EOF\n")


def test_the_page_has_the_lines_and_nothing_of_a_name_is_drawn_as_a_command(
    sold: ProvenSale,
) -> None:
    content = drawn(page_of(receipt_of(sold, terms(tea=") Tj (\\"))))
    assert b"TOTAL EUR" in content
    assert rb"\) Tj \(\\" in content, "the name's brackets and backslash are escaped"


def test_a_page_of_the_same_receipt_has_the_same_bytes(sold: ProvenSale) -> None:
    receipt = receipt_of(sold, terms())
    assert page_of(receipt) == page_of(receipt)


def test_the_page_has_each_dark_square_of_the_code(sold: ProvenSale) -> None:
    receipt = receipt_of(sold, terms())
    rects = re.findall(rb"[\d.]+ [\d.]+ ([\d.]+) ([\d.]+) re", drawn(page_of(receipt)))
    squares = list(segno.make(receipt.qr, error="l", boost_error=False, micro=False).matrix)
    dark = sum(map(sum, squares))
    area = sum(float(width) * float(height) for width, height in rects)
    side = float(rects[0][1])
    assert round(area / side**2) == pytest.approx(dark, rel=0.01)


VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


def test_what_no_font_has_is_shown_as_missing(sold: ProvenSale) -> None:
    content = drawn(page_of(receipt_of(sold, terms(tea="日本 Miłość"))))
    assert b"(???? Mi?o??" in content


def test_a_font_that_is_given_comes_along_with_the_page(sold: ProvenSale) -> None:
    receipt = receipt_of(sold, terms(tea="Miłość"))
    page = page_of(receipt, VERA)
    assert b"/FontFile2" in page, "a reader need not have the font"
    assert page == page_of(receipt, VERA)
    content = drawn(page)
    assert b"(Mi" in content
    assert b"Mi?" not in content


def test_a_font_that_cannot_be_used_is_said_so(sold: ProvenSale, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.ttf"
    wrong.write_bytes(b"not a font")
    for path in (wrong, tmp_path / "none.ttf"):
        with pytest.raises((OSError, TTFError)):
            page_of(receipt_of(sold, terms()), path)


def test_the_largest_sale_fits_pages_that_readers_show(tmp_path: Path) -> None:
    line = {"sku": "tea", "quantity": 2, "unit": "each", "unit_price_minor": 1, "amount_minor": 2}
    lines = [line | {"line_no": number} for number in range(1_000)]
    receipt = receipt_of(proven_sale(told_of(tmp_path, lines=lines)), terms())
    page = page_of(receipt)
    heights = [float(each) for each in re.findall(rb"/MediaBox \[ 0 0 [\d.]+ ([\d.]+) \]", page)]
    assert len(heights) == len(receipt.lines) // LINES_MAX + 1 == 3
    assert max(heights) < READERS_POINTS_MAX
    content = drawn(page)
    assert content.count(b"(Tea ") == 1_000
    assert b"TOTAL EUR" in content


def test_a_training_receipt_has_no_code_in_either_form(tmp_path: Path) -> None:
    receipt = receipt_of(proven_sale(told_of(tmp_path, training=True)), terms())
    lines, code = read_paper(printed(receipt))
    assert code == ""
    assert sum("TRAINING" in line for line in lines) == 2
    content = drawn(page_of(receipt))
    assert content.count(b"TRAINING") == 2
    assert b" re" not in content
