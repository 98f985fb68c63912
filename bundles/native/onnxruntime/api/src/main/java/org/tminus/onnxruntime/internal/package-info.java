/** Loads the native libraries and keeps the one environment. */
@NullMarked
package org.tminus.onnxruntime.internal;

import org.jspecify.annotations.NullMarked;
