/** How models are parsed, checked, analysed and rewritten; nothing here is for other bundles. */
@NullMarked
package org.tminus.onnx.internal;

import org.jspecify.annotations.NullMarked;
