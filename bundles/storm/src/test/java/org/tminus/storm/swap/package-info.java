/** Tests. */
@NullMarked
package org.tminus.storm.swap;

import org.jspecify.annotations.NullMarked;
