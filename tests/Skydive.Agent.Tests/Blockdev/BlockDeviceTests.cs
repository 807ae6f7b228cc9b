using System.Text;
using Skydive.Agent.Blockdev;

namespace Skydive.Agent.Tests.Blockdev;

public sealed class BlockDeviceTests
{
    [Theory]
    [InlineData("""{"name":"/dev/sda","rm":"1","ro":"0","rota":"1","ra":"128","log-sec":"512","phy-sec":"4096","model":"DISK  ","mountpoint":null}""")]
    [InlineData("""{"name":"/dev/sda","rm":true,"ro":false,"rota":1,"ra":128,"log-sec":512,"phy-sec":4096,"model":"DISK","mountpoints":[null]}""")]
    public void Parse_NumbersAndTruthValuesInWhateverForm_AreTheSame(string device)
    {
        var attributes = Parse(device).Attributes;

        Assert.Equal(
            ("true", "false", "true", "128", "512", "4096", "DISK"),
            (attributes["Rm"].ToString(), attributes["Ro"].ToString(), attributes["Rota"].ToString(), attributes["Ra"].ToString(), attributes["LogSec"].ToString(), attributes["PhySec"].ToString(), attributes["Model"].ToString()));
        Assert.Equal(string.Empty, attributes["Serial"].AsString);
        Assert.Equal("0", attributes["Alignment"].ToString());
        Assert.Equal("false", attributes["Hotplug"].ToString());
    }

    [Theory]
    [InlineData("""{"name":"/dev/vda","mountpoint":"/run/netns","mountpoints":["/run/netns","/"]}""", "/")]
    [InlineData("""{"name":"/dev/vda","mountpoints":[null,"/home"]}""", "/home")]
    [InlineData("""{"name":"/dev/mapper/vg-root","mountpoint":null}""", "vg-root")]
    [InlineData("""{"name":"sda","path":"/dev/sda"}""", "sda")]
    [InlineData("""{"kname":"/dev/dm-0"}""", "dm-0")]
    public void Title_IsWhereItIsMountedOrItsName(string device, string title) => Assert.Equal(title, Parse(device).Title);

    [Theory]
    [InlineData("""{"name":"/dev/sda","wwn":"0x5","serial":"s"}""", "0x5")]
    [InlineData("""{"name":"/dev/sda","serial":"s"}""", "s")]
    [InlineData("""{"name":"/dev/sda"}""", "/dev/sda")]
    public void Index_IsTheBestIdentity(string device, string index) => Assert.Equal(index, Parse(device).Index);

    [Theory]
    [InlineData("")]
    [InlineData("lsblk: error")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"blockdevices":{}}""")]
    [InlineData("""{"blockdevices":[1]}""")]
    [InlineData("""{"blockdevices":[{}]}""")]
    [InlineData("""{"blockdevices":[{"name":"\ud800"}]}""")]
    [InlineData("""{"blockdevices":[{"name":"/dev/sda","children":[null]}]}""")]
    public void Parse_Garbage_IsAFormatException(string json) => Assert.Throws<FormatException>(() => BlockDevice.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Parse_DevicesWithoutEnd_IsAFormatException()
    {
        string json = "{\"blockdevices\":[" + string.Join(',', Enumerable.Repeat("{\"name\":\"x\"}", 20_001)) + "]}";

        Assert.Throws<FormatException>(() => BlockDevice.Parse(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Parse_MutatedText_ThrowsNothingElse()
    {
        byte[] seed = Encoding.UTF8.GetBytes("""{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","rm":"0","children":[{"name":"/dev/sda1","mountpoints":["/"]}]}]}""");
        var random = new Random(9);
        for (int i = 0; i < 50_000; i++)
        {
            byte[] bytes = [.. seed];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                BlockdevTree.Build(BlockDevice.Parse(bytes.AsMemory(0, random.Next(bytes.Length + 1))));
            }
            catch (FormatException)
            {
            }
        }
    }

    private static BlockDevice Parse(string device) => Assert.Single(BlockDevice.Parse(Encoding.UTF8.GetBytes("{\"blockdevices\":[" + device + "]}")));
}
