/** Checks tokenizer files, loads the native library and calls it. */
@NullMarked
package org.tminus.tokenizers.internal;

import org.jspecify.annotations.NullMarked;
