/** Tests. */
@NullMarked
package org.tminus.storm.leak;

import org.jspecify.annotations.NullMarked;
