import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Answers one line for each line of standard input, a text in base64 of UTF-8: its entries as
 * java.util.Properties loads them ("key:value" in base64 of UTF-16, sorted, separated by commas,
 * after "="), or "!" where loading fails.
 */
class PropertiesOracle {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        StringBuilder answers = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String text = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
            answers.append(entries(text)).append('\n');
        }
        System.out.print(answers);
    }

    private static String entries(String text) throws Exception {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IllegalArgumentException malformed) {
            return "!";
        }
        StringBuilder entries = new StringBuilder("=");
        for (Object key : new TreeMap<>(properties).keySet()) {
            entries.append(entries.length() > 1 ? "," : "");
            entries.append(utf16((String) key)).append(':');
            entries.append(utf16(properties.getProperty((String) key)));
        }
        return entries.toString();
    }

    /** UTF-16 by hand, since Java's encoder replaces lone surrogates. */
    private static String utf16(String text) {
        byte[] bytes = new byte[text.length() * 2];
        for (int i = 0; i < text.length(); i++) {
            bytes[2 * i] = (byte) (text.charAt(i) >> 8);
            bytes[2 * i + 1] = (byte) text.charAt(i);
        }
        return Base64.getEncoder().encodeToString(bytes);
    }
}
