/** Tests. */
@NullMarked
package org.tminus.onnxruntime;

import org.jspecify.annotations.NullMarked;
