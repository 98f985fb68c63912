/** What the demo is asked and what it answers: the contract between the container and the command line, and its files. */
@NullMarked
package org.tminus.demo.report;

import org.jspecify.annotations.NullMarked;
