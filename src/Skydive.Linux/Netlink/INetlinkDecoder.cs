namespace Skydive.Linux.Netlink;

/// <summary>Turns a message of one family into an object.</summary>
/// <typeparam name="T">What it makes.</typeparam>
public interface INetlinkDecoder<T>
    where T : class
{
    /// <summary>Decodes one message.</summary>
    /// <param name="message">The message; the result must not refer to its bytes.</param>
    /// <param name="result">The object; null when the message is of a kind that this decoder passes over, or malformed.</param>
    /// <returns>What is wrong with the message; <see cref="NetlinkFault.None"/> when nothing is.</returns>
    NetlinkFault Decode(in NetlinkMessage message, out T? result);
}
