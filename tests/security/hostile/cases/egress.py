"""Ways out through the broker: every form of an address that is not the one that was granted."""

from __future__ import annotations

from tests.security.hostile.case import Case, bodies

HTTP = frozenset({"http"})
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
    "name that changes its mind": "http://rebind.example:@PORT@/",
    "name with two answers": "http://mixed.example:@PORT@/",
    "name that is mapped": "http://mapped.example:@PORT@/",
    "name behind NAT64": "http://nat64.example:@PORT@/",
    "name of the metadata service": "http://metadata.example:@PORT@/",
}
REQUESTS = {
    "line break in a header": "ctx.http.request('GET', 'http://api.example:@PORT@/', {'X': 'a\\r\\nHost: evil'})",
    "line break in a header's name": "ctx.http.request('GET', 'http://api.example:@PORT@/', {'X\\r\\nHost': 'evil'})",
    "line break in the method": "ctx.http.request('GET / HTTP/1.1\\r\\nX: y\\r\\n', 'http://api.example:@PORT@/')",
    "connect": "ctx.http.request('CONNECT', 'http://127.0.0.1:@PORT@/')",
    "own host header": "ctx.http.request('GET', 'http://api.example:@PORT@/', {'Host': '127.0.0.1'})",
    "proxy header": "ctx.http.request('GET', 'http://127.0.0.1:@PORT@/', {'Proxy-Authorization': 'x'})",
    "address that is no text": "ctx.http.request('GET', ['http://127.0.0.1:@PORT@/'])",
    "address that is empty": "ctx.http.request('GET', '')",
    "file by id": "ctx.http.request('GET', 'http://127.0.0.1:@PORT@/', body_base64='!!')",
    "a very long address": "ctx.http.request('GET', 'http://api.example:@PORT@/' + 'x' * 100000)",
}
UNGRANTED = {
    "files": "ctx.files.read('@FILE@')",
    "artifacts": "ctx.artifacts.put('../../canary', 'text/plain', text='x')",
    "the channel itself": "ctx.channel.send({})",
    "the question itself": "ctx.http.ask('files', {})",
}

CASES: list[Case] = [
    *bodies(
        "egress: addresses",
        {name: f"return ctx.http.request('GET', '{address}')" for name, address in ADDRESSES.items()},
        "error",
        capabilities=HTTP,
    ),
    *bodies(
        "egress: requests", {name: f"return {call}" for name, call in REQUESTS.items()}, "error", capabilities=HTTP
    ),
    *bodies(
        "egress: what was not granted",
        {name: f"return {call}" for name, call in UNGRANTED.items()},
        "error",
        capabilities=HTTP,
    ),
    *bodies("egress: without http", {"plain": "return ctx.http.request('GET', 'http://api.example:@PORT@/')"}, "error"),
]
