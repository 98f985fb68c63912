/** Tests. */
@NullMarked
package org.tminus.cli.demo;

import org.jspecify.annotations.NullMarked;
