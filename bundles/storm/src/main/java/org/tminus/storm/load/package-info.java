/** Requests without pause, and whether each answer is right. */
@NullMarked
package org.tminus.storm.load;

import org.jspecify.annotations.NullMarked;
