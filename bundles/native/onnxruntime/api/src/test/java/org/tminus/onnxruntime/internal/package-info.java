/** Tests. */
@NullMarked
package org.tminus.onnxruntime.internal;

import org.jspecify.annotations.NullMarked;
