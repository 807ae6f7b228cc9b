using System.Collections;
using System.Globalization;
using System.Text;

namespace Skydive.Client.Gremlin;

/// <summary>Writes values as Gremlin. The one place where text is quoted.</summary>
public static class GremlinLiteral
{
    /// <summary>
    /// Text as a Gremlin string in single quotes. Quotes, backslashes and line feeds are escaped, so the text can hold anything; text without
    /// them is also understood by Skydive, which knows no escapes.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var builder = new StringBuilder(text.Length + 2).Append('\'');
        foreach (char character in text)
        {
            switch (character)
            {
                case '\\' or '\'' or '"':
                    builder.Append('\\').Append(character);
                    break;
                case '\n':
                    builder.Append("\\n");
                    break;
                default:
                    builder.Append(character);
                    break;
            }
        }

        return builder.Append('\'').ToString();
    }

    /// <summary>
    /// A value as Gremlin: text in quotes, numbers, true and false, predicates as they are, times as milliseconds since 1970-01-01 UTC,
    /// lists as their values with commas between.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">Gremlin has no form for the value: null, a map, an empty list, a number that is not finite.</exception>
    public static string Format(object? value)
    {
        switch (value)
        {
            case string text:
                return Quote(text);
            case GremlinPredicate predicate:
                return predicate.ToString();
            case GremlinConditions conditions:
                return conditions.ToString();
            case bool truth:
                return truth ? "true" : "false";
            case char character:
                return Quote(character.ToString());
            case Guid guid:
                return Quote(guid.ToString());
            case Enum:
                return Quote(value.ToString()!);
            case DateTimeOffset time:
                return Format(time.ToUnixTimeMilliseconds());
            case DateTime time:
                return Format(new DateTimeOffset(time).ToUnixTimeMilliseconds());
            case double number when double.IsFinite(number):
                return number.ToString("0.###################", CultureInfo.InvariantCulture);
            case float number when float.IsFinite(number):
                return number.ToString("0.###################", CultureInfo.InvariantCulture);
            case byte or sbyte or short or ushort or int or uint or long or ulong or decimal:
                return ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture);
            case IDictionary:
                break;
            case IEnumerable list:
                string joined = string.Join(", ", list.Cast<object?>().Select(Format));
                return joined.Length > 0 ? joined : throw new ArgumentException("an empty list has no form in Gremlin", nameof(value));
        }

        string what = value is null ? "null" : $"a value of type {value.GetType().Name} ({value})";
        throw new ArgumentException($"{what} has no form in Gremlin: text, numbers, true, false, times and lists of them have", nameof(value));
    }
}
