/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.outcome;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The paths of a menu as a trie over the layers that run. A policy begins at the root and, at each node, stops (if a path
 * ends there) or runs one of the layers that follow; so every walk ends in a path of the menu. Immutable.
 */
public final class PathTrie {
    /**
     * A place in the trie: the state after some layers.
     *
     * @param index its number; 0 is the root, parents come before children
     * @param parent the number of the node before; -1 for the root
     * @param layer the layer that ran last; -1 for the root
     * @param depth how many layers have run
     * @param path the menu index of the path that ends here; -1 if none does
     */
    public record Node(int index, int parent, int layer, int depth, int path) {}

    private final List<MenuPath> menu;
    private final int layers;
    private final List<Node> nodes;
    private final List<Map<Integer, Integer>> children;
    private final int[] ends;

    private PathTrie(
            List<MenuPath> menu, int layers, List<Node> nodes, List<Map<Integer, Integer>> children, int[] ends) {
        this.menu = menu;
        this.layers = layers;
        this.nodes = nodes;
        this.children = children;
        this.ends = ends;
    }

    /**
     * Builds the trie.
     *
     * @param menu cheapest first; full depth last
     * @param layers the number of layers of the model
     * @throws IllegalArgumentException if two paths are equal or one has a layer that the model has not
     */
    public static PathTrie of(List<MenuPath> menu, int layers) {
        List<Node> nodes = new ArrayList<>();
        List<Map<Integer, Integer>> children = new ArrayList<>();
        nodes.add(new Node(0, -1, -1, 0, -1));
        children.add(new HashMap<>());
        int[] ends = new int[menu.size()];
        for (int path = 0; path < menu.size(); path++) {
            int at = 0;
            for (int layer : menu.get(path).layers()) {
                if (layer < 0 || layer >= layers) {
                    throw new IllegalArgumentException("There is no layer " + layer + " among " + layers);
                }
                Integer next = children.get(at).get(layer);
                if (next == null) {
                    next = nodes.size();
                    nodes.add(new Node(next, at, layer, nodes.get(at).depth() + 1, -1));
                    children.add(new HashMap<>());
                    children.get(at).put(layer, next);
                }
                at = next;
            }
            Node end = nodes.get(at);
            if (end.path() >= 0) {
                throw new IllegalArgumentException("The menu has path " + menu.get(path) + " twice");
            }
            nodes.set(at, new Node(end.index(), end.parent(), end.layer(), end.depth(), path));
            ends[path] = at;
        }
        return new PathTrie(List.copyOf(menu), layers, List.copyOf(nodes), List.copyOf(children), ends);
    }

    public List<MenuPath> menu() {
        return menu;
    }

    /** The number of layers of the model. */
    public int layers() {
        return layers;
    }

    public List<Node> nodes() {
        return nodes;
    }

    public Node root() {
        return nodes.get(0);
    }

    /** Where a path ends. */
    public Node end(int path) {
        return nodes.get(ends[path]);
    }

    /** The layers that may run next at a node, ascending. */
    public List<Integer> next(Node node) {
        return children.get(node.index()).keySet().stream().sorted().toList();
    }

    /** The node after running a layer. @throws NullPointerException if the menu has no such path */
    public Node after(Node node, int layer) {
        return nodes.get(Objects.requireNonNull(children.get(node.index()).get(layer)));
    }
}
