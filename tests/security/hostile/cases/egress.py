"""Ways out through the broker: addresses that were not granted, and what a server that was granted may try."""

from __future__ import annotations

from collections.abc import Iterable

from tests.security.hostile.case import Case, bodies
from tests.security.hostile.controls import HTTP

ADDRESSES = {
    "loopback": "http://127.0.0.1:@PORT@/",
    "the name of loopback": "http://localhost:@PORT@/",
    "decimal": "http://2130706433:@PORT@/",
    "hexadecimal": "http://0x7f000001:@PORT@/",
    "octal": "http://017700000001:@PORT@/",
    "short": "http://127.1:@PORT@/",
    "mapped into IPv6": "http://[::ffff:127.0.0.1]:@PORT@/",
    "IPv6 loopback": "http://[::1]:@PORT@/",
    "zone": "http://[fe80::1%25lo]:@PORT@/",
    "unspecified": "http://0.0.0.0:@PORT@/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "user information": "http://api.example@127.0.0.1:@PORT@/",
    "user information with a colon": "http://api.example:@PORT@@127.0.0.1:@PORT@/",
    "backslash": "http://api.example\\\\@127.0.0.1:@PORT@/",
    "trailing dot": "http://api.example.:@PORT@/",
    "suffix": "http://api.example.evil.example:@PORT@/",
    "prefix": "http://evilapi.example:@PORT@/",
    "another port": "http://api.example:1/",
    "another scheme": "https://api.example:@PORT@/",
    "file": "file://@FILE@",
    "gopher": "gopher://127.0.0.1:@PORT@/",
    "line break in the address": "http://api.example:@PORT@/\\r\\nHost: evil",
    "wide letters": "http://ａｐｉ.example.evil:@PORT@/",
    "wide digits": "http://①27.0.0.1:@PORT@/",
    "Unix socket": "http+unix://@UNIX@/",
    "no host": "http:///x",
    "a fragment that looks like a host": "http://127.0.0.1:@PORT@#@api.example/",
    "a host that is escaped": "http://127%2e0%2e0%2e1:@PORT@/",
    "name that leads home": "http://api.example:@PORT@/",
    "name with two answers": "http://mixed.example:@PORT@/",
    "name that is mapped": "http://mapped.example:@PORT@/",
    "name behind NAT64": "http://nat64.example:@PORT@/",
    "name of the metadata service": "http://metadata.example:@PORT@/",
}
OPEN = "http://open.example"
TURNING = "ctx.http.request('GET', 'http://turning.example:@PORT@/')"
BAD_REQUESTS = {
    "line break in a header": f"'GET', '{OPEN}/echo/', {{'X': 'a\\r\\nX-Smuggled: evil'}}",
    "bare line feed in a header": f"'GET', '{OPEN}/echo/', {{'X': 'a\\nX-Smuggled: evil'}}",
    "zero byte in a header": f"'GET', '{OPEN}/echo/', {{'X': 'a\\0b'}}",
    "line break in a header's name": f"'GET', '{OPEN}/echo/', {{'X\\r\\nX-Smuggled': 'evil'}}",
    "colon in a header's name": f"'GET', '{OPEN}/echo/', {{'X-Smuggled: evil': 'x'}}",
    "a thousand headers": f"'GET', '{OPEN}/echo/', {{'X-' + str(n): 'x' for n in range(1000)}}",
    "line break in the method": f"'GET / HTTP/1.1\\r\\nX-Smuggled: y\\r\\n', '{OPEN}/echo/'",
    "connect": f"'CONNECT', '{OPEN}/echo/'",
    "connect to elsewhere": "'CONNECT', 'http://127.0.0.1:@PORT@/'",
    "address that is no text": f"'GET', ['{OPEN}/echo/']",
    "body that is no base64": f"'POST', '{OPEN}/echo/', body_base64='!!'",
    "body that is two": f"'POST', '{OPEN}/echo/', body='a', body_base64='YQ=='",
}
ODD_PATHS = {
    "address that is empty": "",
    "line break in the path": f"{OPEN}/echo/ HTTP/1.1\\r\\nX-Smuggled: evil",
    "path that climbs": f"{OPEN}/a/../echo/",
    "path that climbs, escaped": f"{OPEN}/a/%2e%2e/echo/",
    "user information before the approved host": "http://me:pw@open.example/echo/",
}
REDIRECTS = {
    "the canary": "http://127.0.0.1:@PORT@/",
    "the canary by name": "http://localhost:@PORT@/",
    "another loopback address": "http://127.66.66.66:@PORT@/",
    "IPv6 loopback": "http://[::1]:@PORT@/",
    "mapped into IPv6": "http://[::ffff:127.0.0.1]:@PORT@/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "without a scheme": "//127.0.0.1:@PORT@/",
    "backslashes": "\\\\\\\\127.0.0.1:@PORT@/",
    "user information": "http://open.example@127.0.0.1:@PORT@/",
    "a file": "file://@FILE@",
    "a Unix socket": "http+unix://@UNIX@/",
    "data": "data:text/plain,x",
    "a program": "javascript:alert(1)",
    "the approved name in plain": "https://open.example/echo/",
}
# Approved, and yet not where an approval leads.
REDIRECTS_HOME = {
    "a name that leads home": f"'GET', '{OPEN}/to/http%3A%2F%2Fapi.example%3A@PORT@%2F'",
    "a name with two answers": f"'GET', '{OPEN}/to/http%3A%2F%2Fmixed.example%3A@PORT@%2F'",
}
# What an answer may be like, and the broker's word for it.
ANSWERS = {
    "bomb": "response_too_large",
    "endless": "response_too_large",
    "endless-head": "upstream_failed",
    "silent": "upstream_timeout",
    "drip": "upstream_timeout",
    "garbage": "upstream_failed",
    "short": "upstream_failed",
}
UNGRANTED = {
    "files": "ctx.files.read('@FILE@')",
    "artifacts": "ctx.artifacts.put('../../canary', 'text/plain', text='x')",
    "the channel itself": "ctx.channel.send({})",
    "the question itself": "ctx.http.ask('files', {})",
}


def _refused(klass: str, arguments: dict[str, str], says: str) -> Iterable[Case]:
    calls = {name: f"return ctx.http.request({given})" for name, given in arguments.items()}
    return bodies(f"egress: {klass}", calls, "error", capabilities=HTTP, says=says)


def _answered(klass: str, snippets: dict[str, str], says: str) -> Iterable[Case]:
    head = "from urllib.parse import quote"
    return bodies(f"egress: {klass}", snippets, "answered", head=head, capabilities=HTTP, says=says)


CASES: list[Case] = [
    *_refused("addresses", {name: f"'GET', '{url}'" for name, url in (ADDRESSES | ODD_PATHS).items()}, "egress_denied"),
    *_refused("addresses", {"a very long one": f"'GET', '{OPEN}/echo/' + 'x' * 100000"}, "egress_denied"),
    *_refused("requests", BAD_REQUESTS, "invalid_input"),
    *bodies(
        "egress: names",
        {"one that changes its mind": f"try:\n    {TURNING}\nexcept AdapterError:\n    return {TURNING}"},
        "error",
        head="from nexus import AdapterError",
        capabilities=HTTP,
        says="egress_denied",
    ),
    *(case for kind, says in ANSWERS.items() for case in _refused("answers", {kind: f"'GET', '{OPEN}/{kind}/'"}, says)),
    *_answered(
        "redirects",
        {
            name: f"where = quote('{url}', safe='')\nreturn ctx.http.request('GET', '{OPEN}/to/' + where)['status']"
            for name, url in REDIRECTS.items()
        },
        "302",
    ),
    *_refused("redirects", REDIRECTS_HOME, "egress_denied"),
    *_answered("redirects", {"in a round": f"return ctx.http.request('GET', '{OPEN}/round/')['status']"}, "307"),
    *_answered(
        "secrets",
        {
            "sent back": f"return ctx.http.request('GET', '{OPEN}/echo/')",
            "sent back after a redirect": f"return ctx.http.request('GET', '{OPEN}/to/%2Fecho%2F')",
            "overwritten by the adapter": f"return ctx.http.request('GET', '{OPEN}/echo/', {{'X-Key': 'mine'}})",
        },
        "[secret]",
    ),
    *_answered(
        "answers",
        {
            "headers of the adapter": (
                f"return ctx.http.request('GET', '{OPEN}/echo/', {{'Host': 'evil', 'Connection': 'X-Key', "
                "'Content-Length': '7', 'Transfer-Encoding': 'chunked'})['text']"
            ),
        },
        "GET /echo/",
    ),
    *bodies(
        "egress: budgets",
        {
            "of requests": f"for _ in range(100):\n    ctx.http.request('GET', '{OPEN}/echo/')",
            "of requests that are refused": (
                "for _ in range(100):\n    try:\n        ctx.http.request('GET', 'http://127.0.0.1:@PORT@/')\n"
                "    except AdapterError as error:\n        if error.code != 'egress_denied':\n            raise"
            ),
        },
        "error",
        head="from nexus import AdapterError",
        capabilities=HTTP,
        says="budget_exceeded",
    ),
    *bodies(
        "egress: what was not granted",
        {name: f"return {call}" for name, call in UNGRANTED.items()},
        "error",
        capabilities=HTTP,
        says="adapter_exception",
    ),
    *bodies(
        "egress: without http",
        {"plain": f"return ctx.http.request('GET', '{OPEN}/echo/')"},
        "error",
        says="adapter_exception",
    ),
]
