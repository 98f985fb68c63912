/** Tests. */
@NullMarked
package org.tminus.storm.load;

import org.jspecify.annotations.NullMarked;
