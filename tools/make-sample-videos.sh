#!/bin/sh
# Makes the simulator's sample outputs: src/simulator/outputs/<width>x<height>-<silent|sound>.mp4.
# Needs ffmpeg with libx264, aac and drawtext, and the DejaVu font (Debian: apt-get install ffmpeg fonts-dejavu-core).
# All files together must stay under 200 kB, because they are checked in and shipped with every image.
set -eu

out=$(dirname "$0")/../src/simulator/outputs
font=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf
seconds=3
mkdir -p "$out"

# A flat background compresses to almost nothing; the moving bar and the clock show that the clip plays.
make() { # width height size-of-large-text
  width=$1 height=$2 large=$3 small=$(($3 * 45 / 100))
  picture="color=c=0x1d2b53:s=${width}x${height}:r=24:d=$seconds,\
drawbox=x=0:y=0:w=iw:h=ih:c=0xffa300:t=$((large / 4)),\
drawtext=fontfile=$font:text='PRACTICE CLIP':fontsize=$large:fontcolor=0xffa300:x=(w-tw)/2:y=h*0.36-th,\
drawtext=fontfile=$font:text='not made by AI':fontsize=$((large * 3 / 4)):fontcolor=white:x=(w-tw)/2:y=h*0.36+$large*0.5,\
drawtext=fontfile=$font:text='durable-reels simulator':fontsize=$small:fontcolor=0x83769c:x=(w-tw)/2:y=h*0.36+$large*1.8,\
drawtext=fontfile=$font:text='%{eif\\:t+1\\:d} / $seconds s':fontsize=$small:fontcolor=white:x=(w-tw)/2:y=h*0.78[base];\
color=c=0x00e436:s=$((width / 4))x$((large / 2)):r=24:d=$seconds[bar];\
[base][bar]overlay=x='(W-w)*(0.5-0.4*cos(2*PI*t/$seconds))':y=H*0.68:eval=frame"
  video="-c:v libx264 -preset veryslow -crf 38 -pix_fmt yuv420p -movflags +faststart -fflags +bitexact -flags:v +bitexact -map_metadata -1"
  # shellcheck disable=SC2086 # the options are a list
  ffmpeg -v error -y -filter_complex "$picture" -an $video "$out/${width}x${height}-silent.mp4"
  # A tone that swells and fades, so that a person hears at once that there is a track.
  # shellcheck disable=SC2086
  ffmpeg -v error -y -f lavfi -i "sine=frequency=440:sample_rate=24000:duration=$seconds" -i "$out/${width}x${height}-silent.mp4" \
    -map 1:v -map 0:a -c:v copy -af "volume='0.35*pow(sin(PI*t/3),2)':eval=frame" -c:a aac -b:a 16k -ac 1 \
    -movflags +faststart -fflags +bitexact -flags:a +bitexact -map_metadata -1 "$out/${width}x${height}-sound.mp4"
}

make 720 1280 76
make 1280 720 90
make 1080 1920 114
make 1920 1080 135

ls -l "$out"
total=$(cat "$out"/*.mp4 | wc -c)
echo "$total bytes together"
[ "$total" -lt 200000 ]
