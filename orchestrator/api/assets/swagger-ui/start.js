// Opens the API's description of this very service. The added header is what a session cookie needs on a
// request that changes something.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    requestInterceptor: (request) => {
      request.headers["X-Nexus-Client"] = "docs";
      return request;
    },
  });
});
