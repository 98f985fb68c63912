/** The library's own package, as far as this bundle adds to it. */
package ai.onnxruntime;
