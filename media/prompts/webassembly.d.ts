// The part of WebAssembly that this room uses; the compiler's own description comes only with a browser's.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  instantiate(module: object, imports: object): Promise<object>
}
