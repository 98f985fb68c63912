/** Tests. */
@NullMarked
package org.tminus.cli.storm;

import org.jspecify.annotations.NullMarked;
