/** Writes and reads model files. */
@NullMarked
package org.tminus.trainer.pack;

import org.jspecify.annotations.NullMarked;
