"""Native code that writes to the channel itself: what it gains by that, and what it cannot forge."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

from tests.security.hostile.case import Case, native

RESULT = "frame({'t': 'result', 'n': 0, 'value': 'forged'})"
NOTHING = {
    "result, then a bad end": f"{RESULT}\nos._exit(1)",
    "half a frame": "os.write(3, b'\\x00\\x00\\x01\\x00abc')\nos._exit(0)",
    "half a header": "os.write(3, b'\\x00\\x00')\nos._exit(0)",
}
INVALID = {
    "result twice": f"{RESULT}\n{RESULT}\nos._exit(0)",
    "result, then the real one": RESULT,
    "result of another call": "frame({'t': 'result', 'n': 1, 'value': 'forged'})\nos._exit(0)",
    "result of no call": "frame({'t': 'result', 'n': -1, 'value': 'forged'})\nos._exit(0)",
    "number of the call as text": "frame({'t': 'result', 'n': '0', 'value': 'forged'})\nos._exit(0)",
    "no value": "frame({'t': 'result', 'n': 0})\nos._exit(0)",
    "own verdict": "frame({'t': 'result', 'n': 0, 'verdict': 'ok', 'value': 1})\nos._exit(0)",
    "verdict of the host": "frame({'t': 'result', 'n': 0, 'verdict': 'cpu_exceeded', 'error': {'code': 'x', 'message': 'y'}})\nos._exit(0)",
    "verdict that is a list": "frame({'t': 'result', 'n': 0, 'verdict': ['exception'], 'error': {'code': 'x', 'message': 'y'}})\nos._exit(0)",
    "error that is no object": "frame({'t': 'result', 'n': 0, 'verdict': 'exception', 'error': 1})\nos._exit(0)",
    "unknown frame": "frame({'t': 'status', 'code': 0})\nos._exit(0)",
    "frame of the supervisor": "frame({'signal': 0, 'code': 0, 'killed': '', 'cpu': 0, 'rss': 0})\nos._exit(0)",
    "not an object": "frame([1])\nos._exit(0)",
    "not JSON": "frame(b'{')\nos._exit(0)",
    "an empty frame": "frame(b'')\nos._exit(0)",
    "not UTF-8": "frame(b'\\xff\\xfe')\nos._exit(0)",
    "UTF-16": "frame('{}'.encode('utf-16'))\nos._exit(0)",
    "pickle": "frame(b'\\x80\\x04N.')\nos._exit(0)",
    "NaN": 'frame(b\'{"t":"result","n":0,"value":NaN}\')\nos._exit(0)',
    "a number over the largest": 'frame(b\'{"t":"result","n":0,"value":1e400}\')\nos._exit(0)',
    "brackets that only json can read": "frame(b'{\"t\":\"result\",\"n\":0,\"value\":' + b'[' * 500 + b']' * 500 + b'}')\nos._exit(0)",
    "half a surrogate": 'frame(b\'{"t":"result","n":0,"value":"\\\\ud800"}\')\nos._exit(0)',
    "fifty thousand brackets": "frame(b'[' * 50000 + b']' * 50000)\nos._exit(0)",
    "a huge number": 'frame(b\'{"t":"result","n":0,"value":\' + b\'9\' * 10000 + b\'}\')\nos._exit(0)',
    "a log that is no text": "frame({'t': 'log', 'text': 1})\nos._exit(0)",
    "a question without a capability": "frame({'t': 'ask', 'payload': {}})\nos._exit(0)",
    "a question with a list": "frame({'t': 'ask', 'capability': 'http', 'payload': []})\nos._exit(0)",
    "progress that was not granted": "frame({'t': 'progress', 'text': 'x'})\nos._exit(0)",
}
OVERFLOW = {
    "a frame of four gigabytes": "os.write(3, b'\\xff\\xff\\xff\\xff')\nos.read(3, 1)",
    "a result over its limit": "frame({'t': 'result', 'n': 0, 'value': 'x' * 100000})\nos._exit(0)",
    "an error over its limit": "frame({'t': 'result', 'n': 0, 'verdict': 'exception', 'error': {'code': 'x', 'message': 'y',"
    " 'body': 'x' * 100000}})\nos._exit(0)",
    "a flood of logs": "while True: frame({'t': 'log', 'text': 'x'})",
    "a flood of requests": "while True: frame({'t': 'ask', 'capability': 'http', 'payload': {}}); os.read(3, 1000)",
    "an endless result": 'body = b\'{"t":"log","text":"\' + b\'x\' * 100000 + b\'"}\'\nwhile True: frame(body)',
}
ENDS = {
    "result, then a crash": (f"{RESULT}\nctypes.string_at(0)", "crash"),
    "result, then an attack": (f"{RESULT}\nos.fork()", "killed"),
    "result, then a loop": (f"{RESULT}\nwhile True: pass", "cpu"),
    "own description of the end": ("os.write(4, b'{\"signal\": 0}')", "denied"),
    "answers read as requests": (
        "frame({'t': 'ask', 'capability': 'http', 'payload': {}})\nassert b'not granted' in os.read(3, 1000)\nraise builtins.ValueError('refused')",
        "error",
    ),
}

CASES: list[Case] = [
    *native("forged results", INVALID, "invalid"),
    *native("forged ends", NOTHING, "nothing"),
    *native("floods of frames", OVERFLOW, "output"),
    *(case for name, (attack, end) in ENDS.items() for case in native("results before an attack", {name: attack}, end)),
]
