/** Tests. */
@NullMarked
package org.tminus.tokenizers.internal;

import org.jspecify.annotations.NullMarked;
