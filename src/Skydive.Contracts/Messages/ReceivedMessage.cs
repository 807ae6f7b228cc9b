using System.Net.WebSockets;

namespace Skydive.Contracts.Messages;

/// <summary>A whole message from a WebSocket.</summary>
/// <param name="Type">Text or binary.</param>
/// <param name="Data">The content.</param>
public readonly record struct ReceivedMessage(WebSocketMessageType Type, ReadOnlyMemory<byte> Data);
