/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;

/**
 * Splits the images once, by hash and seed.
 *
 * <p>The split of an image depends on its content and the seed alone, not on the order of the file. Near-copies stay
 * together; images of the training file that are near-copies of a test image are left out of every split. Safe for several
 * threads.
 */
public final class DataSplits {
    private static final int TRUNK_PERCENT = 80;
    private static final int DECISION_PERCENT = 10;

    private final ImageSet train;
    private final ImageSet test;
    private final Map<Split, int[]> indices = new EnumMap<>(Split.class);
    private final String[] trainGroups;
    private final String[] testGroups;
    private final int leftOut;
    private final String dataHash;
    private final String fingerprint;
    private final List<Opening> openings = Collections.synchronizedList(new ArrayList<>());

    /** One use of {@link SplitAccess#open}, kept so that a test can say who read what. */
    public record Opening(Split split, Purpose purpose) {}

    private DataSplits(ImageSet train, ImageSet test, long seed) {
        this.train = train;
        this.test = test;
        int[] group = NearCopies.groups(train, test);
        boolean[] nearTest = new boolean[group.length];
        for (int i = train.size(); i < group.length; i++) {
            nearTest[group[i]] = true;
        }
        byte[][] key = new byte[group.length][];
        for (int i = 0; i < group.length; i++) {
            byte[] hash = i < train.size() ? train.imageHash(i) : test.imageHash(i - train.size());
            byte[] smallest = key[group[i]];
            // The smallest hash of a group names it, so that the order of the file does not matter.
            if (smallest == null || Arrays.compareUnsigned(hash, smallest) < 0) {
                key[group[i]] = hash;
            }
        }
        String[] names = new String[group.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = HexFormat.of().formatHex(key[group[i]]);
        }
        trainGroups = Arrays.copyOf(names, train.size());
        testGroups = Arrays.copyOfRange(names, train.size(), names.length);
        Map<Split, List<Integer>> lists = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            lists.put(split, new ArrayList<>());
        }
        int dropped = 0;
        for (int i = 0; i < train.size(); i++) {
            if (nearTest[group[i]]) {
                dropped++;
            } else {
                list(lists, assign(key[group[i]], seed)).add(i);
            }
        }
        leftOut = dropped;
        for (int i = 0; i < test.size(); i++) {
            list(lists, Split.TEST).add(i);
        }
        lists.forEach((split, list) ->
                indices.put(split, list.stream().mapToInt(Integer::intValue).toArray()));
        MessageDigest digest = ImageSet.sha256();
        train.addTo(digest);
        test.addTo(digest);
        dataHash = HexFormat.of().formatHex(digest.digest());
        digest.update(dataHash.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        for (Split split : Split.values()) {
            for (int index : of(split)) {
                digest.update(
                        ByteBuffer.allocate(8).putInt(code(split)).putInt(index).array());
            }
        }
        fingerprint = HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Splits {@code train} into trunk (80 %), decision (10 %) and calibration (10 %); {@code test} stays as it is.
     *
     * @param seed another seed gives another split
     */
    public static DataSplits of(ImageSet train, ImageSet test, long seed) {
        return new DataSplits(train, test, seed);
    }

    private static List<Integer> list(Map<Split, List<Integer>> lists, Split split) {
        List<Integer> list = lists.get(split);
        if (list == null) {
            throw new IllegalStateException("no list for " + split);
        }
        return list;
    }

    /** A number for hashes that stays the same whatever splits are added. */
    private static int code(Split split) {
        return switch (split) {
            case TRUNK -> 0;
            case DECISION -> 1;
            case CALIBRATION -> 2;
            case TEST -> 3;
        };
    }

    private static Split assign(byte[] groupKey, long seed) {
        MessageDigest digest = ImageSet.sha256();
        digest.update(ByteBuffer.allocate(8).putLong(seed).array());
        int percent = (int)
                Long.remainderUnsigned(ByteBuffer.wrap(digest.digest(groupKey)).getLong(), 100);
        if (percent < TRUNK_PERCENT) {
            return Split.TRUNK;
        }
        return percent < TRUNK_PERCENT + DECISION_PERCENT ? Split.DECISION : Split.CALIBRATION;
    }

    private int[] of(Split split) {
        int[] found = indices.get(split);
        if (found == null) {
            throw new IllegalStateException("no indices for " + split);
        }
        return found;
    }

    /** Gives access for one purpose; hand out no wider one than the receiver needs. */
    public SplitAccess accessFor(Purpose purpose) {
        return new SplitAccess(this, purpose);
    }

    SplitReader reader(Split split, Purpose purpose) {
        openings.add(new Opening(split, purpose));
        return split == Split.TEST
                ? new SplitReader(test, of(split), testGroups, split)
                : new SplitReader(train, of(split), trainGroups, split);
    }

    /** The number of images in a split. */
    public int size(Split split) {
        return of(split).length;
    }

    /** How many images of the training file are left out because they are near-copies of a test image. */
    public int leftOut() {
        return leftOut;
    }

    /** SHA-256 of all images and labels. */
    public String dataHash() {
        return dataHash;
    }

    String fingerprint() {
        return fingerprint;
    }

    /** Every opening of a split so far, in order. */
    public List<Opening> openings() {
        synchronized (openings) {
            return List.copyOf(openings);
        }
    }
}
