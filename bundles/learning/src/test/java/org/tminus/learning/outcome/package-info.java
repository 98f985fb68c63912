@NullMarked
package org.tminus.learning.outcome;

import org.jspecify.annotations.NullMarked;
