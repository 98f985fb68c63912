/** Tests. */
@NullMarked
package org.tminus.demo.report;

import org.jspecify.annotations.NullMarked;
