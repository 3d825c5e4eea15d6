# pyright: basic
"""How this module's operations speak HTTP: parameters into a URL, a body into text, an answer into data.

Shared by every operation of the bundle. It has no sockets and no secrets: ``ctx.http`` asks the host, and the host adds
the credential. A request is a plain dict: method, server, path, query, cookies, headers, body, body_base64.
"""

import base64
import json
from urllib.parse import quote

from nexus import AdapterError  # pyright: ignore[reportMissingImports]

UNRESERVED_IN_QUERY = ":/?#[]@!$&'()*+,;="


def start(method, server, path, accept="*/*"):
    """A request without parameters; ``path`` may hold ``{placeholders}``."""
    return {
        "method": method,
        "server": server,
        "path": path,
        "query": [],
        "cookies": [],
        "headers": [["Accept", accept]],
        "body": None,
        "body_base64": None,
    }


def path(request, arguments, argument, name="", style="simple", explode=False, as_json=False):
    """Put an argument into its placeholder. It is always escaped, and never leaves its place in the path."""
    name = name or argument
    if argument not in arguments:
        raise AdapterError("invalid_argument", "The argument " + argument + " is missing.")
    value = arguments[argument]
    if as_json:
        written = escaped(as_json_text(value))
    elif style == "label":
        written = label(value, explode)
    elif style == "matrix":
        written = matrix(name, value, explode)
    else:
        written = simple(value, explode, escaped)
    if written in ("", ".", ".."):
        raise AdapterError("invalid_argument", "The argument " + argument + " cannot stand in a path: " + repr(value))
    request["path"] = request["path"].replace("{" + name + "}", written)


def query(request, arguments, argument, name="", style="form", explode=True, reserved=False, as_json=False):
    """Add an argument to the query, if it is given."""
    if argument not in arguments:
        return
    name = name or argument
    value = arguments[argument]
    if as_json:
        value = as_json_text(value)
    write = escaped_but_reserved if reserved else escaped
    for key, text in pairs(name, value, style, explode, write):
        request["query"].append(escaped(key) + "=" + text)


def fixed_query(request, text):
    """Add a query that the description wrote into the path itself."""
    request["query"].append(text)


def fixed_header(request, name, value):
    """Add a header that every request carries, unless the request has it by now."""
    if all(key.lower() != name.lower() for key, other in request["headers"]):
        request["headers"].append([name, value])


def header(request, arguments, argument, name="", explode=False, as_json=False):
    """Add an argument as a header, if it is given."""
    if argument not in arguments:
        return
    value = arguments[argument]
    text = as_json_text(value) if as_json else simple(value, explode, plain)
    request["headers"].append([name or argument, one_line(text)])


def cookie(request, arguments, argument, name="", explode=True, as_json=False):
    """Add an argument as a cookie, if it is given."""
    if argument not in arguments:
        return
    value = as_json_text(arguments[argument]) if as_json else arguments[argument]
    for key, text in pairs(name or argument, value, "form", explode, escaped):
        request["cookies"].append(escaped(key) + "=" + text)


def json_body(request, arguments, argument, media_type="application/json"):
    """Send an argument as JSON, if it is given; null is a value."""
    if argument in arguments:
        request["body"] = as_json_text(arguments[argument])
        request["headers"].append(["Content-Type", media_type])


def text_body(request, arguments, argument, media_type="text/plain; charset=utf-8"):
    """Send an argument as it is, if it is given."""
    if argument in arguments:
        request["body"] = plain(arguments[argument])
        request["headers"].append(["Content-Type", media_type])


def binary_body(request, arguments, argument, media_type="application/octet-stream"):
    """Send an argument's base64 as the bytes it stands for, if it is given."""
    if argument in arguments:
        request["body_base64"] = base64_text(argument, arguments[argument])
        request["headers"].append(["Content-Type", media_type])


def form_body(request, arguments, argument, media_type="application/x-www-form-urlencoded", encodings=None):
    """Send an object as a form. ``encodings`` says how a property is written: {name: [style, explode, media type]}."""
    if argument not in arguments:
        return
    fields = []
    for name, value in entries(argument, arguments[argument]):
        style, explode, written_as = encoding_of(name, encodings)
        if not style and (written_as == "application/json" or holds_objects(value)):
            value = as_json_text(value)
        for key, text in pairs(name, value, style or "form", explode, form_escaped):
            fields.append(form_escaped(key) + "=" + text)
    request["body"] = "&".join(fields)
    request["headers"].append(["Content-Type", media_type])


def multipart_body(request, arguments, argument, media_type="multipart/form-data", encodings=None, binary=()):
    """Send an object as parts; the properties named in ``binary`` are base64 and travel as files."""
    if argument not in arguments:
        return
    parts = []
    for name, value in entries(argument, arguments[argument]):
        written_as = encoding_of(name, encodings)[2]
        several = isinstance(value, list) and (name in binary or not holds_objects(value))
        for item in value if several else [value]:
            parts.append(part(name, item, name in binary, written_as))
    boundary = boundary_outside(parts)
    content = b""
    for head, data in parts:
        content = content + ("--" + boundary + "\r\n" + head + "\r\n\r\n").encode("utf-8") + data + b"\r\n"
    content = content + ("--" + boundary + "--\r\n").encode("utf-8")
    request["headers"].append(["Content-Type", media_type + "; boundary=" + boundary])
    request["body_base64"] = base64.b64encode(content).decode("ascii")


def send(ctx, request, text=False):
    """Send the request and return the answer's data. Raises AdapterError for a status of 400 and above.

    ``text``: the description promises no JSON, so only what says that it is JSON is read as such.
    """
    url = request["server"] + request["path"]
    if request["query"]:
        url = url + "?" + "&".join(request["query"])
    headers = request["headers"]
    if request["cookies"]:
        headers = [*headers, ["Cookie", "; ".join(request["cookies"])]]
    answer = ctx.http.request(
        request["method"], url, headers=headers, body=request["body"], body_base64=request["body_base64"]
    )
    return data_of(answer, request["method"], text)


def data_of(answer, method, text):
    """JSON as the value it says, other text as text, anything else as an artifact or base64, nothing as None."""
    status = answer["status"]
    media_type = header_of(answer, "content-type").split(";")[0].strip().lower()
    if status >= 400:
        raise AdapterError(
            "upstream_status",
            "The service answered with status " + str(status) + ".",
            retryable=status in (408, 425, 429) or status >= 500,
            status=status,
            body=content_of(answer, media_type, text),
        )
    if method == "HEAD":
        headers = {}
        for name, value in answer["headers"]:
            headers[name.lower()] = value
        return {"status": status, "headers": headers}
    location = header_of(answer, "location")
    if status >= 300 and location:
        return {"status": status, "location": location}
    return content_of(answer, media_type, text)


def content_of(answer, media_type, text):
    """The answer's content, whatever its status. JSON under another label is still JSON, unless text is expected."""
    content = answer.get("text")
    if content is not None:
        if not content.strip():
            return None
        if media_type.endswith("json") or not text:
            try:
                return json.loads(content)
            except ValueError:
                return content
        return content
    if answer.get("artifact"):
        return {"media_type": media_type, "artifact": answer["artifact"]}
    if answer.get("base64"):
        return {"media_type": media_type, "base64": answer["base64"]}
    return None


def header_of(answer, name):
    """A header of the answer, or empty text."""
    for key, value in answer["headers"]:
        if key.lower() == name:
            return value
    return ""


def pairs(name, value, style, explode, write):
    """A parameter as [name, written value] pairs, by its style."""
    if isinstance(value, dict):
        if style == "deepObject":
            return deep_pairs(name, value, write)
        if explode:
            return [[key, write(plain(item))] for key, item in value.items()]
        flat = [write(plain(item)) for entry in value.items() for item in entry]
        return [[name, separator(style).join(flat)]] if flat else []
    if isinstance(value, list):
        if style == "deepObject":
            return deep_pairs(name, value, write)
        if explode:
            return [[name, write(plain(item))] for item in value]
        return [[name, separator(style).join([write(plain(item)) for item in value])]] if value else []
    return [[name, write(plain(value))]]


def deep_pairs(name, value, write):
    """Nested values as name[key][key]=value; items of a list as name[0], name[1]."""
    found = []
    if isinstance(value, dict):
        for key, item in value.items():
            found = found + deep_pairs(name + "[" + key + "]", item, write)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found = found + deep_pairs(name + "[" + str(index) + "]", item, write)
    else:
        found = [[name, write(plain(value))]]
    return found


def separator(style):
    """What stands between the items of a list that is one value."""
    return {"spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}.get(style, ",")


def simple(value, explode, write):
    """A list as a,b and an object as k,v or k=v."""
    if isinstance(value, list):
        return ",".join([write(plain(item)) for item in value])
    if isinstance(value, dict):
        inner = "=" if explode else ","
        return ",".join([write(key) + inner + write(plain(item)) for key, item in value.items()])
    return write(plain(value))


def label(value, explode):
    """A list as .a.b or .a,b and an object as .k=v.k=v or .k,v"""
    if not explode or not isinstance(value, (list, dict)):
        return "." + simple(value, explode, escaped)
    if isinstance(value, list):
        return "." + ".".join([escaped(plain(item)) for item in value])
    return "." + ".".join([escaped(key) + "=" + escaped(plain(item)) for key, item in value.items()])


def matrix(name, value, explode):
    """A list as ;n=a;n=b or ;n=a,b and an object as ;k=v;k=v or ;n=k,v"""
    if not explode or not isinstance(value, (list, dict)):
        return ";" + escaped(name) + "=" + simple(value, explode, escaped)
    if isinstance(value, list):
        return "".join([";" + escaped(name) + "=" + escaped(plain(item)) for item in value])
    return "".join([";" + escaped(key) + "=" + escaped(plain(item)) for key, item in value.items()])


def plain(value):
    """A single value as text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return as_json_text(value)


def as_json_text(value):
    """A value as compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def escaped(text):
    """Percent-encoded but for letters, digits and -._~"""
    return quote(text, safe="")


def escaped_but_reserved(text):
    """Percent-encoded, reserved characters kept but for those that would end the value."""
    return quote(text, safe=UNRESERVED_IN_QUERY).replace("&", "%26").replace("#", "%23").replace("+", "%2B")


def form_escaped(text):
    """Percent-encoded as forms do it: a space is a plus."""
    return quote(text, safe=" ").replace(" ", "+")


def one_line(text):
    """Header text: no line breaks, and UTF-8 percent-encoded where it is not ASCII."""
    return quote(text.replace("\r", " ").replace("\n", " "), safe=" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def entries(argument, value):
    """The properties of a form's object."""
    if not isinstance(value, dict):
        raise AdapterError("invalid_argument", "The argument " + argument + " must be an object.")
    return value.items()


def encoding_of(name, encodings):
    """[style, explode, media type] of a form's property."""
    return (encodings or {}).get(name) or ["", True, None]


def holds_objects(value):
    """Whether a form's property is no single value and no list of single values."""
    if isinstance(value, list):
        return any(isinstance(item, (dict, list)) for item in value)
    return isinstance(value, dict)


def base64_text(argument, value):
    """Checked base64, in one line."""
    value = "".join(plain(value).split())
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        raise AdapterError("invalid_argument", "The argument " + argument + " is not base64.") from None
    return value


def part(name, value, binary, media_type):
    """One part's head and bytes."""
    head = 'Content-Disposition: form-data; name="' + quoted(name) + '"'
    if binary and isinstance(value, str):
        head = head + '; filename="' + quoted(name) + '"\r\nContent-Type: ' + (media_type or "application/octet-stream")
        return [head, base64.b64decode(base64_text(name, value))]
    if isinstance(value, (dict, list)):
        head = head + "\r\nContent-Type: " + (media_type or "application/json")
    elif media_type:
        head = head + "\r\nContent-Type: " + media_type
    return [head, plain(value).encode("utf-8")]


def quoted(name):
    """A name within the quotes of Content-Disposition."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def boundary_outside(parts):
    """A boundary that no part contains; the same parts get the same one."""
    number = 0
    while any(("nexus-part-" + str(number)).encode("ascii") in data for head, data in parts):
        number = number + 1
    return "nexus-part-" + str(number)
