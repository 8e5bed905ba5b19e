"""How Evenhand looks: form fields, components, dates as words, and the vendored style sheets. No models, no domain."""
