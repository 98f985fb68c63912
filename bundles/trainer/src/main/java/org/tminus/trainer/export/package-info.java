/** Writes what was trained as standard ONNX, and checks that ONNX Runtime answers as libtorch did. */
@NullMarked
package org.tminus.trainer.export;

import org.jspecify.annotations.NullMarked;
