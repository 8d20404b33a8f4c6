using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Images;

/// <summary>An image as it is kept and served: rebuilt from the parts that draw it, nothing else.</summary>
public sealed record CleanImage(byte[] Bytes, string ContentType, int Width, int Height);

/// <summary>The file is not an image this product accepts; the sentence says why.</summary>
public sealed class ImageNotAcceptedException(string message) : RuleViolationException("image_not_accepted", message);

/// <summary>
/// The guard in front of every uploaded image. The type is told from the first bytes (never from the name or the browser's word), the size in
/// pixels from the header before anything else is read, and the file is written anew from validated parts: camera data, comments, colour profiles
/// and whatever hides behind the end of the picture do not survive. No image library decodes anything here.
/// </summary>
public static class ImageUploads
{
    public const int MaximumBytes = 2 * 1024 * 1024;

    /// <summary>The longest side in pixels.</summary>
    public const int MaximumSide = 4096;

    /// <summary>What the file dialog offers.</summary>
    public const string Accept = "image/png,image/jpeg,image/webp";

    /// <exception cref="ImageNotAcceptedException">Too big, damaged, or not a PNG, JPEG or WebP picture.</exception>
    public static CleanImage Clean(byte[] file)
    {
        if (file.Length > MaximumBytes)
        {
            throw new ImageNotAcceptedException("The image is larger than 2 MB.");
        }

        try
        {
            return file switch
            {
                [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => PngFile.Clean(file),
                [0xFF, 0xD8, 0xFF, ..] => JpegFile.Clean(file),
                [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => WebpFile.Clean(file),
                _ => throw new ImageNotAcceptedException("Only PNG, JPEG and WebP images can be uploaded."),
            };
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or IndexOutOfRangeException or InvalidDataException or OverflowException)
        {
            throw Damaged();
        }
    }

    internal static ImageNotAcceptedException Damaged() => new("The image is damaged or incomplete.");

    internal static void DemandSize(int width, int height)
    {
        if (width is < 1 or > MaximumSide || height is < 1 or > MaximumSide)
        {
            throw new ImageNotAcceptedException($"The image is {width} × {height} pixels. At most {MaximumSide} × {MaximumSide} are accepted.");
        }
    }
}
