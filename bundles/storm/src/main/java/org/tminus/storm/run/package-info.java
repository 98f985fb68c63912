/** A storm from beginning to end, and the way in for the container. */
@NullMarked
package org.tminus.storm.run;

import org.jspecify.annotations.NullMarked;
