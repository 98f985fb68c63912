/** Tests. */
@NullMarked
package org.tminus.demo.container;

import org.jspecify.annotations.NullMarked;
