/** Tests. */
@NullMarked
package org.tminus.storm.run;

import org.jspecify.annotations.NullMarked;
