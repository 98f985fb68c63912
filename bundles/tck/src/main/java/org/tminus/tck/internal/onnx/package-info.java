/** Small transformers, written as ONNX by the kit itself, and what ONNX Runtime answers for them. */
@NullMarked
package org.tminus.tck.internal.onnx;

import org.jspecify.annotations.NullMarked;
