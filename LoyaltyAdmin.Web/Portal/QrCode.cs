using System.Globalization;
using System.Text;
using QRCoder;

namespace LoyaltyAdmin.Web.Portal;

/// <summary>A QR code as one path of an SVG, drawn in runs: 2 KB where a rectangle per square would be 20.</summary>
public sealed record QrCode(int Size, string Path)
{
    public static QrCode Of(string text)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = data.ModuleMatrix;
        // QRCoder's matrix has the quiet zone around it already.
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows[y].Count; x++)
            {
                var start = x;
                while (x < rows[y].Count && rows[y][x])
                {
                    x++;
                }

                if (x > start)
                {
                    path.Append(CultureInfo.InvariantCulture, $"M{start} {y}h{x - start}v1H{start}");
                }
            }
        }

        return new QrCode(rows.Count, path.ToString());
    }
}
