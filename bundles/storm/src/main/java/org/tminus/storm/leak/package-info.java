/** What is held before and after. */
@NullMarked
package org.tminus.storm.leak;

import org.jspecify.annotations.NullMarked;
