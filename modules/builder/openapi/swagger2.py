"""Swagger 2.0 as OpenAPI 3.0. Schemas stay where they are (``#/definitions``), and so references still lead there."""

from __future__ import annotations

from typing import Any

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.document import Document, Unreachable

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_JSON = ["application/json"]
_STYLES: dict[str, tuple[str, bool]] = {
    "csv": ("form", False),
    "ssv": ("spaceDelimited", False),
    "tsv": ("tabDelimited", False),
    "pipes": ("pipeDelimited", False),
    "multi": ("form", True),
}
_PARAMETER_KEYS = ("name", "in", "description", "required", "allowEmptyValue", "deprecated")
_NOT_SCHEMA = frozenset({*_PARAMETER_KEYS, "collectionFormat", "schema"})


def is_swagger2(value: dict[str, Any]) -> bool:
    """Whether a document says it is Swagger 2."""
    return "openapi" not in value and str(value.get("swagger", "")).startswith("2")


def converted(document: dict[str, Any]) -> dict[str, Any]:
    """``document`` as OpenAPI 3: shared parameters and responses are written where they are used."""
    reading = _Conversion(document)
    kept = {
        key: value for key, value in document.items() if key not in {"swagger", "host", "basePath", "schemes", "paths"}
    }
    given = document.get("paths")
    paths = {path: reading.item(item) for path, item in given.items()} if is_object(given) else given
    schemes = document.get("securityDefinitions")
    schemes = {name: _scheme(node) for name, node in schemes.items()} if is_object(schemes) else {}
    return {
        **kept,
        "openapi": "3.0.3",
        "servers": _servers(document),
        "paths": paths,
        "components": {"securitySchemes": schemes},
    }


def _servers(document: dict[str, Any]) -> list[dict[str, Any]]:
    host = document.get("host")
    base = document.get("basePath") if isinstance(document.get("basePath"), str) else ""
    if not isinstance(host, str) or not host:
        return [{"url": base}] if base and base != "/" else []
    schemes = document.get("schemes")
    known = [scheme for scheme in schemes if scheme in ("https", "http")] if is_list(schemes) else []
    path = f"/{base.strip('/')}" if base and base.strip("/") else ""
    return [{"url": f"{scheme}://{host}{path}"} for scheme in sorted(known or ["https"], reverse=True)]


def _scheme(node: Any) -> Any:
    if not is_object(node):
        return node
    if node.get("type") == "basic":
        return {**node, "type": "http", "scheme": "basic"}
    if node.get("type") != "oauth2":
        return node
    flow = {"accessCode": "authorizationCode", "application": "clientCredentials"}.get(
        str(node.get("flow")), node.get("flow")
    )
    return {
        **node,
        "flows": {str(flow): {key: node[key] for key in ("authorizationUrl", "tokenUrl", "scopes") if key in node}},
    }


class _Conversion:
    """Converts the operations of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = Document(document)
        self._consumes = _media_types(document.get("consumes")) or _JSON
        self._produces = _media_types(document.get("produces")) or _JSON

    def item(self, given: Any) -> Any:
        item = self._followed(given)
        if not is_object(item):
            return given
        shared = self._parameters(item.get("parameters"))
        return {
            key: self._operation(node, shared) if key.lower() in _METHODS and is_object(node) else node
            for key, node in item.items()
            if key != "parameters"
        }

    def _operation(self, node: dict[str, Any], shared: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
        parameters = shared | self._parameters(node.get("parameters"))
        consumes = _media_types(node.get("consumes")) or self._consumes
        produces = _media_types(node.get("produces")) or self._produces
        bodies = [parameter for (_, place), parameter in parameters.items() if place == "body"]
        fields = [parameter for (_, place), parameter in parameters.items() if place == "formData"]
        others = [
            _parameter(parameter) for (_, place), parameter in parameters.items() if place not in {"body", "formData"}
        ]
        operation = {key: value for key, value in node.items() if key not in {"consumes", "produces", "schemes"}}
        operation["parameters"] = others
        if bodies:
            operation["requestBody"] = _body(bodies[0], consumes)
        elif fields:
            operation["requestBody"] = _form(fields, consumes)
        responses = node.get("responses")
        if is_object(responses):
            operation["responses"] = {code: self._response(response, produces) for code, response in responses.items()}
        return operation

    def _parameters(self, nodes: Any) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for index, given in enumerate(nodes if is_list(nodes) else []):
            node = self._followed(given)
            if is_object(node):
                found[(str(node.get("name", index)), str(node.get("in")))] = node
            else:
                found[(str(index), "unknown")] = given if is_object(given) else {}
        return found

    def _response(self, given: Any, produces: list[str]) -> Any:
        node = self._followed(given)
        if not is_object(node) or "schema" not in node:
            return given if not is_object(node) else {key: value for key, value in node.items() if key != "examples"}
        examples = node.get("examples")
        shown: dict[str, Any] = examples if is_object(examples) else {}
        content = {
            name: {"schema": node["schema"], **({"example": shown[name]} if name in shown else {})} for name in produces
        }
        return {"description": node.get("description", ""), "content": content}

    def _followed(self, node: Any) -> Any:
        """What a reference leads to; the reference itself where it leads nowhere, so that the reader can say so."""
        try:
            return self._document.follow(node)
        except Unreachable:
            return node


def _media_types(given: Any) -> list[str]:
    return [name for name in given if isinstance(name, str)] if is_list(given) else []


def _parameter(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node or "type" not in node:
        return node
    parameter = {key: node[key] for key in _PARAMETER_KEYS if key in node}
    parameter["schema"] = _schema(node)
    style, explode = _STYLES.get(str(node.get("collectionFormat")), ("form", False))
    if node.get("type") == "array":
        if node.get("in") == "query":
            parameter |= {"style": style, "explode": explode}
        else:
            parameter["explode"] = False
    return parameter


def _schema(node: dict[str, Any]) -> dict[str, Any]:
    schema = {key: value for key, value in node.items() if key not in _NOT_SCHEMA and not key.startswith("x-")}
    if schema.get("type") == "file":
        schema |= {"type": "string", "format": "binary"}
    return schema


def _body(node: dict[str, Any], consumes: list[str]) -> dict[str, Any]:
    media = {"schema": node.get("schema", {})}
    body: dict[str, Any] = {"required": node.get("required") is True, "content": dict.fromkeys(consumes, media)}
    if isinstance(node.get("description"), str):
        body["description"] = node["description"]
    return body


def _form(fields: list[dict[str, Any]], consumes: list[str]) -> dict[str, Any]:
    properties = {str(field.get("name")): {**_schema(field), **_described(field)} for field in fields}
    required = [str(field.get("name")) for field in fields if field.get("required") is True]
    has_file = any(field.get("type") == "file" for field in fields)
    kinds = [kind for kind in consumes if "form" in kind]
    media_type = "multipart/form-data" if has_file else (kinds or ["application/x-www-form-urlencoded"])[0]
    encoding = {
        str(field.get("name")): dict(
            zip(("style", "explode"), _STYLES.get(str(field.get("collectionFormat")), ("form", False)), strict=True)
        )
        for field in fields
        if field.get("type") == "array"
    }
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return {"required": bool(required), "content": {media_type: {"schema": schema, "encoding": encoding}}}


def _described(field: dict[str, Any]) -> dict[str, Any]:
    return {"description": field["description"]} if isinstance(field.get("description"), str) else {}
