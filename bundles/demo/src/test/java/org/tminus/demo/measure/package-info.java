/** Tests. */
@NullMarked
package org.tminus.demo.measure;

import org.jspecify.annotations.NullMarked;
