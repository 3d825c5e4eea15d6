"""An SVG draws, and does nothing else: whatever acts, fetches or restyles is gone, in every disguise."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Accepted, ArtifactLimits, ArtifactRefused, accept
from tests.unit.sandbox.artifacts.pictures import SVG, svg

XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
SHAPE = '<rect id="r" width="5" height="5"/>'


def put(content: bytes) -> Accepted:
    return accept("drawing.svg", "image/svg+xml", content)


def test_a_drawing_stays_what_it_was() -> None:
    body = (
        "<title>Sales</title><defs><linearGradient id='g' x1='0' y1='0' x2='1' y2='0'>"
        "<stop offset='0' stop-color='#fff'/></linearGradient><clipPath id='c'><rect width='9' height='9'/></clipPath>"
        "<path id='p' d='M 0 0 L 5,5.5e-1 z'/></defs>"
        "<g transform='translate(1, 2) rotate(45)' fill='url(#g)' clip-path=\"url('#c')\" style='stroke: rgb(1, 2, 3)'>"
        "<use href='#p' x='1'/><text x='1' font-family=\"'DejaVu Sans', sans-serif\">a &lt; b &amp; "
        "<tspan>c</tspan>d</text>"
        "</g>"
    )
    content = svg(body, "viewBox='0 0 10 10' width='100%' height='10'")
    accepted = put(content)
    assert not accepted.scrubbed
    assert ElementTree.canonicalize(accepted.content.decode()) == ElementTree.canonicalize(content.decode())


def test_an_xlink_to_the_same_document_becomes_a_plain_one() -> None:
    accepted = put(svg(f'{SHAPE}<use xlink:href="#r"/>', XLINK))
    assert b'<use href="#r"' in accepted.content
    assert not accepted.scrubbed


# each with the word that must be gone from the bytes, and the name under which that is told
ATTACKS = {
    "script": ("<script>alert(1)</script>", "alert", "script"),
    "script in CDATA": ("<script><![CDATA[alert(1)]]></script>", "alert", "script"),
    "script with a prefix": (f'<x:script xmlns:x="{SVG}">alert(1)</x:script>', "alert", "script"),
    "script of HTML": ('<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>', "alert", "script"),
    "script by link": ('<script href="https://evil.example/x.js"/>', "evil", "script"),
    "script of no namespace": ('<script xmlns="">alert(1)</script>', "alert", "script"),
    "script in defs": ("<defs><g><script>alert(1)</script></g></defs>", "alert", "script"),
    "script in upper case": ("<SCRIPT>alert(1)</SCRIPT>", "alert", "SCRIPT"),
    "onload": ('<g onload="alert(1)"/>', "alert", "@onload"),
    "onbegin": ('<animate onbegin="alert(1)" attributeName="x"/>', "alert", "animate"),
    "a handler written with entities": ('<g &#x6f;nload="x"/>', "", ""),
    "a handler's value in entities": ('<g onclick="&#97;lert(1)"/>', "lert", "@onclick"),
    "javascript link": ('<a href="javascript:alert(1)"><text>x</text></a>', "alert", "a"),
    "javascript in entities": ('<a href="&#106;avascript&colon;alert(1)"/>', "", ""),
    "javascript in numbers": ('<a href="java&#x0A;script&#58;alert(1)"><text>x</text></a>', "alert", "a"),
    "xlink javascript": (f'<a {XLINK} xlink:href="javascript:alert(1)"><text>x</text></a>', "alert", "a"),
    "set of href": ('<a><set attributeName="href" to="javascript:alert(1)"/></a>', "alert", "set"),
    "animate of href": ('<animate attributeName="xlink:href" values="javascript:alert(1)"/>', "alert", "animate"),
    "animateMotion": ('<animateMotion path="M0 0" onend="alert(1)"/>', "alert", "animateMotion"),
    "foreignObject": ('<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="x"/></foreignObject>', "iframe",
                      "foreignObject"),
    "image": ('<image href="https://evil.example/x.png"/>', "evil", "image"),
    "image as data": ('<image href="data:image/svg+xml;base64,PHN2Zz4="/>', "data:", "image"),
    "feImage": ('<filter id="f"><feImage href="https://evil.example/"/></filter>', "evil", "filter"),
    "use of another document": ('<use href="https://evil.example/x.svg#a"/>', "evil", "@href"),
    "use as data": ('<use href="data:image/svg+xml,%3Csvg%20id=%22x%22/%3E#x"/>', "data:", "@href"),
    "use by xlink": (f'<use {XLINK} xlink:href="//evil.example/x#a"/>', "evil", "@href"),
    "style": ("<style>@import url(https://evil.example/x.css);</style>", "evil", "style"),
    "style in CDATA": ("<style><![CDATA[rect{fill:url(https://evil.example/)}]]></style>", "evil", "style"),
    "style attribute": ('<g style="fill:url(https://evil.example/)"/>', "evil", "@style"),
    "style attribute, escaped": (r'<g style="fill:\75rl(https://evil.example/)"/>', "evil", "@style"),
    "style attribute, commented": ('<g style="fill:u/**/rl(//evil.example/)"/>', "evil", "@style"),
    "style attribute, upper case": ('<g style="fill:URL(//evil.example/)"/>', "evil", "@style"),
    "style that covers the page": ('<g style="position:fixed;inset:0"/>', "fixed", "@style"),
    "style with image-set": ("<g style=\"mask:image-set('x.png' 1x)\"/>", "image-set", "@style"),
    "style with expression": ('<g style="width:expression(alert(1))"/>', "alert", "@style"),
    "style with a variable": ('<g style="fill:var(--secret)"/>', "secret", "@style"),
    "fill": ('<g fill="url(https://evil.example/#a)"/>', "evil", "@fill"),
    "fill after a fragment": ('<g fill="url(#r) url(//evil.example/)"/>', "evil", "@fill"),
    "fill in quotes": ("<g fill=\"url('//evil.example/#a')\"/>", "evil", "@fill"),
    "fill, escaped": (r'<g fill="u\72l(//evil.example/)"/>', "evil", "@fill"),
    "filter": ('<g filter="url(//evil.example/#f)"/>', "evil", "@filter"),
    "cursor": ('<g cursor="url(//evil.example/c.cur)"/>', "evil", "@cursor"),
    "class of the page": ('<g class="modal"/>', "modal", "@class"),
    "base": ('<g xml:base="https://evil.example/"/>', "evil", "@base"),
    "instruction": ('<?xml-stylesheet href="https://evil.example/x.css"?>', "evil", "?xml-stylesheet"),
    "instruction of PHP": ("<?php system('id'); ?>", "system", "?php"),
    "comment": ("<!-- <script>alert(1)</script> -->", "alert", ""),
    "a value with an escape": (r'<g fill="\75 rl"/>', "75", "@fill"),
    "a value that goes on": ('<g fill="red; behavior: x"/>', "behavior", "@fill"),
    "a value with a comment": ('<g fill="red/* x */"/>', "red", "@fill"),
    "a shape of another namespace": ('<x:circle xmlns:x="urn:x"/>', "circle", "circle"),
    "an element of nobody": ("<blink>x</blink>", "blink", "blink"),
    "metadata": ("<metadata><x:a xmlns:x='urn:x'>secret</x:a></metadata>", "secret", "metadata"),
    "handler": ("<handler type='text/ecmascript'>alert(1)</handler>", "alert", "handler"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_taken_out_and_named(attack: str) -> None:
    body, word, name = ATTACKS[attack]
    content = svg(SHAPE + body)
    if not word:  # not even well-formed
        with pytest.raises(ArtifactRefused, match="well-formed"):
            put(content)
        return
    accepted = put(content)
    assert word.encode() not in accepted.content
    assert b'<rect id="r"' in accepted.content
    assert not name or name in accepted.removed
    assert accepted.scrubbed == bool(name)


def test_a_handler_on_the_root_and_an_instruction_before_it_go() -> None:
    accepted = put(b'<?xml version="1.0"?><?xml-stylesheet href="//evil.example/"?>' + svg(SHAPE, 'onload="alert(1)"'))
    assert b"alert" not in accepted.content
    assert b"evil" not in accepted.content
    assert set(accepted.removed) == {"@onload", "?xml-stylesheet"}


def test_the_text_of_a_link_stays() -> None:
    assert b"<text>read</text>" in put(svg('<a href="https://evil.example/"><text>read</text></a>')).content


@pytest.mark.parametrize(
    "content",
    [
        f'<!DOCTYPE svg><svg xmlns="{SVG}"/>',
        f'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://evil.example/svg11.dtd"><svg xmlns="{SVG}"/>',
        f'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="{SVG}"><text>&x;</text></svg>',
        f'<!DOCTYPE s [<!ENTITY a "{"x" * 99}"><!ENTITY b "&a;&a;">]><svg xmlns="{SVG}"><text>&b;</text></svg>',
        f'<!DOCTYPE s [<!ENTITY % p SYSTEM "http://evil.example/"> %p;]><svg xmlns="{SVG}"/>',
        f'<!DOCTYPE s [<!ATTLIST svg onload CDATA "alert(1)">]><svg xmlns="{SVG}"/>',
    ],
)
def test_a_document_type_is_refused_before_anything_of_it_counts(content: str) -> None:
    with pytest.raises(ArtifactRefused, match="DOCTYPE"):
        put(content.encode())


@pytest.mark.parametrize(
    "content",
    [
        b"<svg/>",
        b'<svg xmlns="http://www.w3.org/1999/xhtml"/>',
        f'<html xmlns="{SVG}"/>'.encode(),
        f'<x><svg xmlns="{SVG}"/></x>'.encode(),
        svg(SHAPE) + svg(SHAPE),
        svg(SHAPE) + b"<script>alert(1)</script>",
        svg(SHAPE)[:-3],
        svg("<g><rect></g></rect>"),
        svg("&undefined;"),
        svg("<x:g/>"),
        b"hello",
        svg(SHAPE).decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-16"?>' + svg(SHAPE).decode().encode("utf-16"),
        svg(SHAPE).decode().encode("utf-7").replace(b"<", b"+ADw-"),
    ],
)  # fmt: skip
def test_what_is_no_svg_is_refused(content: bytes) -> None:
    with pytest.raises(ArtifactRefused):
        put(content)


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-7", "ISO-8859-1", "EBCDIC-CP-US"])
def test_an_encoding_that_the_document_claims_changes_nothing(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    accepted = put(declared + svg("<text>é +ADw-script+AD4-</text>"))
    assert "<text>é +ADw-script+AD4-</text>" in accepted.content.decode()
    assert accepted.content.startswith(b"<svg ")


def test_nothing_left_is_a_refusal() -> None:
    with pytest.raises(ArtifactRefused, match="Nothing is left of the SVG without script"):
        put(svg("<script>alert(1)</script>"))


def laughs(levels: int, each: int, reference: str) -> str:
    parts = [f'<g id="l{level}">{reference.format(level + 1) * each}</g>' for level in range(levels)]
    return "".join(parts) + f'<g id="l{levels}"><rect/></g>'


@pytest.mark.parametrize(
    "reference", ['<use href="#l{}"/>', '<rect fill="url(#l{})"/>', '<g style="mask: url(#l{})"/>']
)
def test_a_drawing_that_repeats_itself_without_measure_is_refused(reference: str) -> None:
    assert put(svg(laughs(3, 4, reference)))
    with pytest.raises(ArtifactRefused, match="repeats its parts"):
        put(svg(laughs(30, 10, reference)))
    with pytest.raises(ArtifactRefused, match="repeats its parts"):
        put(svg(laughs(3000, 1, reference)))


@pytest.mark.parametrize(
    "body",
    [
        '<g id="a"><use href="#a"/></g>',
        '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
        '<pattern id="a"><rect fill="url(#a)"/></pattern><rect fill="url(#a)"/>',
    ],
)
def test_a_drawing_that_draws_itself_is_refused(body: str) -> None:
    with pytest.raises(ArtifactRefused, match="draws itself"):
        put(svg(body))


def test_elements_and_their_depth_are_bounded() -> None:
    limits = ArtifactLimits(elements=10, depth=5)
    with pytest.raises(ArtifactRefused, match="more than 10 elements"):
        accept("d", "image/svg+xml", svg("<g/>" * 10), limits)
    with pytest.raises(ArtifactRefused, match="more than 5 in a row"):
        accept("d", "image/svg+xml", svg("<g>" * 5 + "</g>" * 5), limits)
    with pytest.raises(ArtifactRefused):
        put(svg("<foreignObject>" + "<x>" * 100_000))


@pytest.mark.parametrize(
    "value", ["url(" * 50_000, "url(" + " " * 200_000, "a" * 200_000, "url(#a) " * 20_000, "((" * 99_999]
)
def test_values_made_to_be_slow_are_read_in_one_pass(value: str) -> None:
    put(svg(f'{SHAPE}<g fill="{value}" style="fill: {value}"/>'))


def test_what_is_told_of_a_hostile_drawing_is_short() -> None:
    names = "".join(f"<n{number}{'x' * 100}/><ü{number}/>" for number in range(500))
    accepted = put(svg(SHAPE + names))
    assert len(accepted.removed) <= 20
    assert all(name.isascii() and len(name) <= 40 for name in accepted.removed)


FORBIDDEN = re.compile(
    rb"script|javascript|\son\w+=|evil|foreign|<style|<!|url\((?!['\"]?#)|href=\"(?!#)|<\?(?!xml version)", re.I
)
PIECES = st.sampled_from(
    ["<g", "<a", "<use", "<script", "<x:script", " onload='evil'", " href='evil'", " href='#r'", " fill='url(evil)'",
     " fill='url(#r)'", f" xmlns:x='{SVG}'", " style='fill:red;evil:url(evil)'", ">", "/>", "</g>", "</a>", "</script>",
     "</use>", "</x:script>", "evil();", "<![CDATA[", "]]>", "<!-- evil ", "-->", "<?evil ", "?>", "&#60;", "'", "\\"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12))
def test_no_mixture_of_the_pieces_leaves_anything_that_acts(pieces: list[str]) -> None:
    try:
        accepted = put(svg(SHAPE + "".join(pieces)))
    except ArtifactRefused:
        return
    tree = ElementTree.fromstring(accepted.content)
    for element in tree.iter():
        element.text = element.tail = None
    assert not FORBIDDEN.search(ElementTree.tostring(tree)), accepted.content
