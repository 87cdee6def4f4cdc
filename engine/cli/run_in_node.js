// Appended to the programs built for node: an ES module from Emscripten only exports a factory.
await Module();
