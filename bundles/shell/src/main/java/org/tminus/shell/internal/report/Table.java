/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.support.table.Col;
import org.apache.karaf.shell.support.table.Row;
import org.apache.karaf.shell.support.table.ShellTable;

/** Rows of text under headings. Not thread-safe. */
public final class Table {
    private final List<String> columns = new ArrayList<>();
    private final List<Boolean> numeric = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /** Adds columns of text. */
    public Table text(String... headings) {
        for (String heading : headings) {
            columns.add(heading);
            numeric.add(false);
        }
        return this;
    }

    /** Adds columns of numbers, which stand to the right. */
    public Table numbers(String... headings) {
        for (String heading : headings) {
            columns.add(heading);
            numeric.add(true);
        }
        return this;
    }

    /** @throws IllegalArgumentException if there is not one cell per column */
    public Table row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for the columns " + columns);
        }
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    public List<String> columns() {
        return List.copyOf(columns);
    }

    public List<List<String>> rows() {
        return List.copyOf(rows);
    }

    void print(PrintStream out) {
        ShellTable table = new ShellTable();
        for (int index = 0; index < columns.size(); index++) {
            Col column = table.column(columns.get(index));
            if (numeric.get(index)) {
                column.alignRight();
            }
        }
        for (List<String> cells : rows) {
            Row row = table.addRow();
            row.addContent(new ArrayList<Object>(cells));
        }
        table.print(out);
    }
}
