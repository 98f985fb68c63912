@NullMarked
package org.tminus.evaluation;

import org.jspecify.annotations.NullMarked;
