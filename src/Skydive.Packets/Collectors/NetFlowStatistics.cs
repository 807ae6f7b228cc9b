namespace Skydive.Packets.Collectors;

/// <summary>What became of the datagrams that a <see cref="NetFlowDecoder"/> was given.</summary>
/// <param name="Datagrams">All of them.</param>
/// <param name="Malformed">Those that were no NetFlow or IPFIX, or ended in the middle.</param>
/// <param name="Records">Records that were handed on.</param>
/// <param name="SetsWithoutTemplate">Sets of data whose template has not come yet, or never came before they were given up for want of room.</param>
/// <param name="Lost">Records (NetFlow v5, IPFIX) or datagrams (v9) that exporters sent and that never came, by their sequence numbers.</param>
/// <param name="Templates">Templates that are known now.</param>
public readonly record struct NetFlowStatistics(long Datagrams, long Malformed, long Records, long SetsWithoutTemplate, long Lost, int Templates);
