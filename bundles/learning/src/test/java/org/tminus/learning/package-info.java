@NullMarked
package org.tminus.learning;

import org.jspecify.annotations.NullMarked;
