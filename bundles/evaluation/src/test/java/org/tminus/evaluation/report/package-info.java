@NullMarked
package org.tminus.evaluation.report;

import org.jspecify.annotations.NullMarked;
