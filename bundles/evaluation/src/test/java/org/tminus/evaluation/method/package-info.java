@NullMarked
package org.tminus.evaluation.method;

import org.jspecify.annotations.NullMarked;
