/** Tests. */
@NullMarked
package org.tminus.tokenizers;

import org.jspecify.annotations.NullMarked;
