/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;

class ImageFolderTest {
    private static final PictureInput INPUT =
            new PictureInput("pixels", 3, 8, 8, 1 / 255.0, List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25), true);

    @TempDir
    Path folder;

    /** Coloured patches, no two alike. */
    private static BufferedImage picture(Random random) {
        BufferedImage image = new BufferedImage(24, 20, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 20; y++) {
            for (int x = 0; x < 24; x += 4) {
                int colour = random.nextInt(0x1000000);
                for (int i = 0; i < 4; i++) {
                    image.setRGB(x + i, y, colour);
                }
            }
        }
        return image;
    }

    private void fill(Path root, boolean renamed) throws Exception {
        Random random = new Random(8);
        for (int i = 0; i < 80; i++) {
            Path parent = Files.createDirectories(root.resolve(i % 2 == 0 ? "cat" : "dog"));
            String name = renamed ? "z" + (1000 - i) : "p" + i;
            BufferedImage image = picture(random);
            ImageIO.write(image, "png", parent.resolve(name + ".png").toFile());
            if (i < 20) {
                // The same again, larger, and as JPEG.
                BufferedImage large = new BufferedImage(96, 80, BufferedImage.TYPE_INT_RGB);
                Graphics2D graphics = large.createGraphics();
                graphics.drawImage(image.getScaledInstance(96, 80, Image.SCALE_REPLICATE), 0, 0, null);
                graphics.dispose();
                ImageIO.write(large, "jpg", parent.resolve(name + "-copy.jpg").toFile());
            }
        }
        Files.writeString(root.resolve("cat/notes.txt"), "not a picture");
    }

    @Test
    void copiesStayTogetherAndNothingIsInTwoSplits() throws Exception {
        fill(folder, false);
        TaskData data = ImageFolder.load(folder, INPUT, List.of(), 3);
        assertThat(data.description().labels()).containsExactly("cat", "dog");
        assertThat(data.description().facts())
                .containsEntry("files passed over", "1")
                .containsEntry("pictures", "100");
        Map<String, Split> splits = new HashMap<>();
        for (Split split : Split.values()) {
            for (String id : Samples.ids(data, split)) {
                assertThat(splits.put(id, split)).isNull();
            }
        }
        assertThat(splits).hasSize(100);
        Map<String, String> groups = Samples.groups(data);
        assertThat(groups.get("cat/p0.png")).isNotEqualTo(groups.get("cat/p2.png"));
        splits.forEach((id, split) -> {
            if (id.endsWith("-copy.jpg")) {
                assertThat(splits.get(id.replace("-copy.jpg", ".png")))
                        .describedAs(id)
                        .isEqualTo(split);
                assertThat(groups.get(id.replace("-copy.jpg", ".png"))).isEqualTo(groups.get(id));
            }
        });
        assertThat(new HashSet<>(splits.values())).hasSize(4);
    }

    @Test
    void namesOfFilesDoNotMatter() throws Exception {
        Path first = Files.createDirectory(folder.resolve("first"));
        Path second = Files.createDirectory(folder.resolve("second"));
        fill(first, false);
        fill(second, true);
        TaskData one = ImageFolder.load(first, INPUT, List.of(), 3);
        TaskData two = ImageFolder.load(second, INPUT, List.of(), 3);
        assertThat(two.description().sha256()).isEqualTo(one.description().sha256());
        for (Split split : Split.values()) {
            Set<String> renamed = new HashSet<>();
            for (String id : Samples.ids(one, split)) {
                String number = id.replaceAll("[^0-9]", "");
                renamed.add(id.replace("p" + number, "z" + (1000 - Integer.parseInt(number))));
            }
            assertThat(new HashSet<>(Samples.ids(two, split))).isEqualTo(renamed);
        }
    }

    @Test
    void coloursAreNormalisedAndResized() throws Exception {
        fill(folder, false);
        BufferedImage red = new BufferedImage(50, 30, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 50 * 30; i++) {
            red.setRGB(i % 50, i / 50, Color.RED.getRGB());
        }
        ImageIO.write(red, "png", folder.resolve("cat/red.png").toFile());
        TaskData data = ImageFolder.load(folder, INPUT, List.of("bird", "cat", "dog"), 3);
        for (Split split : Split.values()) {
            int row = Samples.ids(data, split).indexOf("cat/red.png");
            if (row >= 0) {
                PictureExamples examples = (PictureExamples) Samples.open(data, split);
                assertThat(examples.label(row)).isEqualTo(1);
                FloatBuffer values =
                        Samples.input(examples, "pixels", row).buffer().asFloatBuffer();
                for (int i = 0; i < 3 * 64; i++) {
                    assertThat(values.get(i)).isEqualTo(i < 64 ? 2f : -2f);
                }
                Display.Picture picture = examples.picture(row);
                assertThat(picture.width()).isEqualTo(50);
                return;
            }
        }
        throw new AssertionError("the picture is in no split");
    }

    @Test
    void greyValuesAreKeptAsTheyAreStored() throws Exception {
        BufferedImage grey = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 256; i++) {
            grey.getRaster().setSample(i % 16, i / 16, 0, i);
        }
        Path file = folder.resolve("grey.png");
        ImageIO.write(grey, "png", file.toFile());
        byte[] one = PictureFile.read(file, 1).pixels();
        byte[] three = PictureFile.read(file, 3).pixels();
        for (int i = 0; i < 256; i++) {
            assertThat(one[i] & 0xff).isEqualTo(i);
            assertThat(three[3 * i + 2] & 0xff).isEqualTo(i);
        }
    }

    @Test
    void picturesWithoutFoldersHaveNoLabels() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            ImageIO.write(picture(random), "png", folder.resolve(i + ".png").toFile());
        }
        TaskData data = ImageFolder.load(folder, INPUT, List.of(), 3);
        assertThat(data.description().labels()).isEmpty();
        assertThat(Samples.open(data, Split.TRUNK).label(0)).isEqualTo(-1);
    }

    @Test
    void whatCannotBeReadIsNamed() throws Exception {
        refused("no picture");
        refused(folder.resolve("missing"), "missing");
        fill(folder, false);
        Path broken = folder.resolve("dog/broken.png");
        byte[] good = Files.readAllBytes(folder.resolve("dog/p1.png"));
        Files.write(broken, java.util.Arrays.copyOf(good, good.length / 2));
        Files.writeString(folder.resolve("dog/text.jpg"), "not a picture");
        refused("dog/broken.png", "dog/text.jpg", "2 of 102");
        Files.delete(broken);
        Files.delete(folder.resolve("dog/text.jpg"));
        Path bird = Files.createDirectory(folder.resolve("bird"));
        ImageIO.write(picture(new Random(99)), "png", bird.resolve("only.png").toFile());
        refused("'bird'", "one example", "bird/only.png");
        Files.delete(bird.resolve("only.png"));
        ImageIO.write(
                picture(new Random(99)), "png", folder.resolve("loose.png").toFile());
        refused("1 pictures lie in");
        Files.delete(folder.resolve("loose.png"));
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> ImageFolder.load(folder, INPUT, List.of("cat", "horse"), 3))
                .withMessageContaining("'dog'")
                .withMessageContaining("horse");
    }

    /** A damaged file is refused, whatever byte is wrong. */
    @Test
    void hostilePicturesEndInASentence() throws Exception {
        Path file = folder.resolve("x.png");
        ImageIO.write(picture(new Random(1)), "png", file.toFile());
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(2);
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(i % 2 == 0 ? 60 : bad.length)] = (byte) random.nextInt();
            Files.write(file, java.util.Arrays.copyOf(bad, i % 3 == 0 ? random.nextInt(bad.length) : bad.length));
            try {
                PictureFile.read(file, 3);
            } catch (java.io.IOException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    private void refused(String... parts) {
        refused(folder, parts);
    }

    private static void refused(Path root, String... parts) {
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> ImageFolder.load(root, INPUT, List.of(), 3))
                .satisfies(e -> assertThat(e.getMessage()).contains(parts))
                .satisfies(e -> assertThat(e.advice()).isNotEmpty());
    }
}
