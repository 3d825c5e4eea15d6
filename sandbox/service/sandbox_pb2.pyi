from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DescribeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Description(_message.Message):
    __slots__ = ("isolation_json",)
    ISOLATION_JSON_FIELD_NUMBER: _ClassVar[int]
    isolation_json: bytes
    def __init__(self, isolation_json: _Optional[bytes] = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ("path", "content")
    PATH_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    path: str
    content: bytes
    def __init__(self, path: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class Code(_message.Message):
    __slots__ = ("name", "content", "sha256")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    name: str
    content: bytes
    sha256: str
    def __init__(self, name: _Optional[str] = ..., content: _Optional[bytes] = ..., sha256: _Optional[str] = ...) -> None: ...

class CompileRequest(_message.Message):
    __slots__ = ("sources",)
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    sources: _containers.RepeatedCompositeFieldContainer[Source]
    def __init__(self, sources: _Optional[_Iterable[_Union[Source, _Mapping]]] = ...) -> None: ...

class CompileReply(_message.Message):
    __slots__ = ("compiled", "findings_json")
    COMPILED_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_JSON_FIELD_NUMBER: _ClassVar[int]
    compiled: _containers.RepeatedCompositeFieldContainer[Code]
    findings_json: bytes
    def __init__(self, compiled: _Optional[_Iterable[_Union[Code, _Mapping]]] = ..., findings_json: _Optional[bytes] = ...) -> None: ...

class Calls(_message.Message):
    __slots__ = ("modules", "entry", "calls_json", "capabilities", "limits_json", "imports_json")
    MODULES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    CALLS_JSON_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_JSON_FIELD_NUMBER: _ClassVar[int]
    IMPORTS_JSON_FIELD_NUMBER: _ClassVar[int]
    modules: _containers.RepeatedCompositeFieldContainer[Code]
    entry: str
    calls_json: bytes
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    limits_json: bytes
    imports_json: bytes
    def __init__(self, modules: _Optional[_Iterable[_Union[Code, _Mapping]]] = ..., entry: _Optional[str] = ..., calls_json: _Optional[bytes] = ..., capabilities: _Optional[_Iterable[str]] = ..., limits_json: _Optional[bytes] = ..., imports_json: _Optional[bytes] = ...) -> None: ...

class FromCaller(_message.Message):
    __slots__ = ("calls", "answer_json")
    CALLS_FIELD_NUMBER: _ClassVar[int]
    ANSWER_JSON_FIELD_NUMBER: _ClassVar[int]
    calls: Calls
    answer_json: bytes
    def __init__(self, calls: _Optional[_Union[Calls, _Mapping]] = ..., answer_json: _Optional[bytes] = ...) -> None: ...

class Ask(_message.Message):
    __slots__ = ("capability", "payload_json")
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_JSON_FIELD_NUMBER: _ClassVar[int]
    capability: str
    payload_json: bytes
    def __init__(self, capability: _Optional[str] = ..., payload_json: _Optional[bytes] = ...) -> None: ...

class FromWorker(_message.Message):
    __slots__ = ("ask", "result_json")
    ASK_FIELD_NUMBER: _ClassVar[int]
    RESULT_JSON_FIELD_NUMBER: _ClassVar[int]
    ask: Ask
    result_json: bytes
    def __init__(self, ask: _Optional[_Union[Ask, _Mapping]] = ..., result_json: _Optional[bytes] = ...) -> None: ...
