/** Tests. */
@NullMarked
package org.tminus.demo.data;

import org.jspecify.annotations.NullMarked;
